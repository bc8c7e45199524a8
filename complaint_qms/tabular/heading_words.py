"""Words of headings that say what a column is not, or belong to another column.

Data only, written as :func:`complaint_qms.tabular.column_choice.fold_heading` writes headings.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split("|"))


ABOUT_COMPLAINTS: Final = frozenset(
    ("complaint", "case", "ticket", "issue", "incident", "request", "sr", "claim", "bug")
)
"""A name that one of these words stands before is nearly the name: ``ticket status``, ``case origin``."""
ABOUT_COMPLAINTS_CJK: Final = ("投诉", "客诉", "反馈", "工单", "苦情", "クレーム")

OTHER_DATES: Final[dict[str, tuple[str, ...]]] = {
    "due": _words(
        "due|target|deadline|expected|planned|required|response by|resolution by|resolve by|respond by|sla|follow up|next|promised|scheduled|gewunschtes|gewunschtes ende|fallig|fallig am|"
        "falligkeit|termin|wunschtermin|endtermin|frist|soll|echeance|prevue|prevu|limite|vencimiento|prevista|previsto|objetivo|vencimento|prazo|到期|期限|截止|预计|"
        "计划|目标|应于|应完成|期日|予定|締切"
    ),
    "changed": _words(
        "updated|update|modified|changed|last viewed|last|geandert|aktualisiert|modifie|mise a jour|actualizado|modificado|atualizado|alterado|更新|修改|変更"
    ),
    "life": _words(
        "birth|dob|purchase|purchased|sale|sold|production|manufacture|manufactured|build|ship|shipped|delivery|delivered|invoice|order|install|installation|"
        "installed|warranty|expiry|expiration|expires|best before|amc|geburtsdatum|kaufdatum|herstelldatum|produktionsdatum|lieferdatum|rechnungsdatum|"
        "garantie|naissance|achat|fabrication|livraison|facture|nacimiento|compra|fabricacion|entrega|factura|garantia|nascimento|fabricacao|validade|fatura|"
        "生产|出厂|购买|有效|保修|出生|交货|发货|开票|购车|製造|購入|納品|出荷|保証|生年月日"
    ),
}  # fmt: skip
"""Dates that are not those of a complaint's way: when it is due, was last changed, and dates of the product."""

NOT_WITH: Final[dict[str, frozenset[str]]] = {
    "type": frozenset(
        ["status", "at", "mileage", "miles", "age", "hours", "days", "time", "count", "rate", "cost", "location", "vehicle", "facility", "account", "contact", "customer", "channel", "payment", "address", "document", "file", "product", "item", "device", "user", "record", "data", "license", "fuel", "order", "community", "taxi", "bridge", "park", "lender", "party", "sender", "content", "mime"]
    ),
    "status": frozenset(["warranty", "delivery", "payment", "response", "resolution", "survey", "amc", "order", "repair", "marital", "sla"]),
    "text": frozenset(
        ["resolution", "item", "product", "device", "specialty", "material", "article", "action", "solution", "agency", "location", "contact", "order", "customer", "company", "category", "type", "class"]
    ),
    "subject": frozenset(["job", "contact", "person", "employee"]),
    "item": frozenset(["line", "order", "number", "count"]),
    "customer": frozenset(["sales", "purchasing", "end", "nota", "score", "rating", "satisfaction", "type", "group", "segment", "sex", "age", "sexo"]),
    "severity": frozenset(["school"]),
    "outcome": frozenset(["detailed", "time"]),
    "region": frozenset(["x", "y", "incident"]),
    "id": frozenset(
        ["customer", "client", "account", "user", "contact", "product", "item", "article", "material", "order", "invoice", "serial", "lot", "batch", "vendor", "supplier", "phone", "zip", "postal", "part", "model", "company", "plant", "agent", "owner", "channel", "group", "project", "parent", "duplicate", "device", "catalog", "license", "tax", "vat"]
    ),
}  # fmt: skip
"""Words beside which the last word of a heading names something else: ``vehicle type``, ``resolution details``."""

CLOCKS: Final = frozenset(
    ("time", "clock", "uhrzeit", "zeit", "heure", "hora", "horario", "时间", "时刻", "時刻", "時間", "clock time")
)  # fmt: skip
"""Headings of the time of day beside a date."""
COMPOUND_DATES: Final = ("datum", "uhrzeit", "zeit")
"""Ends of German words for a date and for its time of day."""
NUMBER_OR_TEXT: Final = frozenset(("complaint",))
"""Headings of a number where every cell is another code, else of a text."""
DATE_WORDS: Final = frozenset(("date", "day", "on", "at", "datum", "am", "fecha", "data", "le", "日期", "日"))

ASSUMED: Final = frozenset(("crash or fire a", "crash or fire b"))
"""Headings that do not say which of two fields their column is: what it is taken for is said."""
UNITS_OF_TIME: Final = {
    word: unit
    for unit, names in {
        "seconds": "seconds|second|secs|sec|s|sekunden|sek|secondes|segundos|segs|seg|秒",
        "minutes": "minutes|minute|mins|min|m|minuten|minutos|minuto|分|分钟",
        "hours": "hours|hour|hrs|hr|h|stunden|stunde|std|heures|heure|horas|hora|小时|时|時間",
        "days": "days|day|d|tage|tagen|tag|jours|jour|j|dias|dia|天|日|日数",
    }.items()
    for word in names.split("|")
}
"""Words of headings and cells that are a unit of time → the unit."""
DURATIONS: Final = {
    "first_response": _words(
        "first reply time|first response time|time to first response|time to first reply|first reply|first response|reply time|response time|reaction time|"
        "initial response time|time to first agent reply|time to first agent response|first agent reply time|erstantwortzeit|erste antwortzeit|antwortzeit|reaktionszeit|erstreaktionszeit|zeit bis zur ersten antwort|delai de premiere reponse|"
        "temps de premiere reponse|delai de reponse|temps de reponse|delai de 1ere reponse|tiempo de primera respuesta|tiempo de respuesta|tempo de primeira resposta|"
        "tempo da primeira resposta|tempo de resposta|首次响应时长|首次回复时长|首次响应时间|首次回复时间|响应时长|响应时间|初回応答時間|初回返信時間|応答時間|初回応答|初回返信"
    ),
    "solve_done": _words(
        "full resolution time|resolution time|time to resolution|time to resolve|first resolution time|solution time|resolve time|losungszeit|zeit bis zur losung|"
        "delai de resolution|temps de resolution|tiempo de resolucion|tempo de resolucao|解决时长|解决时间|解決時間|解決"
    ),
    "closed": _words(
        "time to close|time to closure|close|closing time|handling time|cycle time|processing time|durchlaufzeit|bearbeitungszeit|bearbeitungsdauer|delai de traitement|"
        "temps de traitement|delai de cloture|tiempo de cierre|tiempo de atencion|tempo de fechamento|tempo de atendimento|处理时长|处理用时|结案时长|关闭时长|処理時間|対応時間"
    ),
}  # fmt: skip
"""Field → what people call the time until it, without its unit."""

NOBODY: Final = frozenset(
    ("administrator", "admin", "system", "guest", "root", "api user", "integration user")
)
"""Who creates records in programs and handles nothing."""

KEEPS_THE_RECORD: Final = frozenset(
    _words(
        "reporter|creator|created by|entered by|typed by|author|submitter|logged by|recorded by|updated by|modified by|last modified by|last updated by|"
        "last modified by name|created by name|closed by|erfasser|erfasst von|angelegt von|geandert von|autor|erstellt von|cree par|saisi par|modifie par|auteur|creado por|"
        "registrado por|modificado por|criado por|registado por|atualizado por|创建人|创建者|录入人|登记人|更新人|修改人|作成者|登録者|入力者|起票者|更新者"
    )
)
"""Who typed or changed a record, and is no customer."""
KINDS_OF_RECORDS: Final = frozenset(
    _words(
        "bug|task|sub task|subtask|story|epic|improvement|new feature|feature|feature request|change|change request|service request|service request with approvals|"
        "incident|problem|question|support|request|ticket|case|issue|complaint|claim|customer complaint|spike|test|initiative|reklamation|beschwerde|kundenreklamation|"
        "meldung|fehler|aufgabe|anfrage|frage|storung|vorfall|reclamation|plainte|tache|demande|anomalie|reclamo|queja|reclamacion|tarea|solicitud|incidencia|consulta|"
        "reclamacao|chamado|tarefa|solicitacao|incidente|problema|duvida|pergunta|投诉|客诉|客户投诉|工单|任务|问题|需求|咨询|缺陷|苦情|クレーム|課題|タスク|バグ|"
        "問い合わせ|q1|q2|q3|f1|f2|f3"
    )
)
"""What programs call a record, whatever is wrong with the goods: a column of these alone is no type of complaint."""
TRACKERS: Final = frozenset(("issue key", "issue type", "project key"))
"""Headings of a tracker of tasks, in which a component is a part of the product."""
PARTS: Final = frozenset(("component", "components", "component s"))

CURRENCIES: Final = {
    **{code: code.upper() for code in _words("eur|usd|gbp|chf|cny|jpy|krw|brl|mxn|inr|cad|aud|sek|dkk|nok|pln|czk|huf|try|hkd|twd|sgd|ars|clp|cop|zar|aed|sar|rub|thb|vnd|idr|myr")},
    "euro": "EUR", "euros": "EUR", "€": "EUR", "$": "USD", "us$": "USD", "dollar": "USD", "dollars": "USD", "£": "GBP", "rmb": "CNY", "人民币": "CNY", "元": "CNY",
    "¥": "", "￥": "", "円": "JPY", "日元": "JPY", "美元": "USD", "欧元": "EUR", "r$": "BRL", "reais": "BRL", "₹": "INR", "₩": "KRW", "fr": "CHF",
}  # fmt: skip
"""How an amount or its heading names a currency; "" where the sign alone does not say which."""
AMOUNT_UNITS: Final = frozenset(
    _words("pcs|pc|ea|pieces|units|stk|st|stuck|unites|uds|und|un|个|件|台|只|個")
)

STATES: Final = frozenset(
    _words(
        "new|open|opened|closed|in progress|work in progress|in process|pending|resolved|solved|done|on hold|waiting|waiting for customer|cancelled|canceled|assigned|"
        "rejected|completed|complete|active|escalated|reopened|re opened|in review|in work|finished|offen|geschlossen|neu|in bearbeitung|erledigt|abgeschlossen|"
        "wartend|storniert|zuruckgestellt|ouvert|ouverte|ferme|fermee|clos|close|cloture|cloturee|nouveau|en cours|resolu|resolue|en attente|annule|termine|abierto|"
        "abierta|cerrado|cerrada|nuevo|en proceso|en curso|resuelto|resuelta|pendiente|cancelado|cancelada|aberto|aberta|fechado|fechada|novo|em andamento|resolvido|"
        "pendente|encerrado|encerrada|concluido|finalizado|finalizada|新建|待处理|处理中|已处理|已解决|已关闭|已完成|进行中|未处理|关闭|完了|対応中|未対応|受付|対応済|クローズ"
    )
)
"""States of a record, which a column called *State* may hold instead of a state of a country."""

WHERE_REFUSED: Final = {"item": ("subject", frozenset(("assunto",)))}
"""Field → the field that its heading mostly names, and the heading: what such a column of few values says is what a
complaint is about, not its title."""
