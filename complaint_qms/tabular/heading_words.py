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
        "due|target|deadline|expected|planned|required|response by|resolution by|resolve by|respond by|sla|follow up|next|promised|scheduled|fallig|fallig am|"
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
        ["location", "vehicle", "facility", "account", "contact", "customer", "channel", "payment", "address", "document", "file", "product", "item", "device", "user", "record", "data", "license", "fuel", "order", "community", "taxi", "bridge", "park", "lender", "party", "sender", "content", "mime"]
    ),
    "status": frozenset(["warranty", "delivery", "payment", "response", "resolution", "survey", "amc", "order", "repair", "marital", "sla"]),
    "text": frozenset(
        ["resolution", "item", "product", "device", "specialty", "material", "article", "action", "solution", "agency", "location", "contact", "order", "customer", "company", "category", "type", "class"]
    ),
    "subject": frozenset(["job", "contact", "person", "employee"]),
    "item": frozenset(["line", "order", "number", "count"]),
    "customer": frozenset(["end", "nota", "score", "rating", "satisfaction", "type", "group", "segment", "sex", "age", "sexo"]),
    "severity": frozenset(["school"]),
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
DATE_WORDS: Final = frozenset(("date", "day", "on", "at", "datum", "am", "fecha", "data", "le", "日期", "日"))

ASSUMED: Final = frozenset(("crash or fire a", "crash or fire b"))
"""Headings that do not say which of two fields their column is: what it is taken for is said."""
DURATIONS: Final = frozenset(
    ("minutes", "mins", "hours", "hrs", "minuten", "stunden", "heures", "horas", "分钟", "小时")
)
"""Units of time in the heading of a column that holds no dates."""

NOBODY: Final = frozenset(
    ("administrator", "admin", "system", "guest", "root", "api user", "integration user")
)
"""Who creates records in programs and handles nothing."""

WHERE_REFUSED: Final = {"item": ("subject", frozenset(("assunto",)))}
"""Field → the field that its heading mostly names, and the heading: what such a column of few values says is what a
complaint is about, not its title."""
