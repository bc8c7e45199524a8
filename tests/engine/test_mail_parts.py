"""The writer's own text apart from quotes, forwards and signatures, as mail programs of seven languages write them."""

from __future__ import annotations

import pytest

from complaint_qms.engine.mail.html_text import lines_of_html, lines_of_text
from complaint_qms.engine.mail.parts import Parts, bare_subject, is_forward, split
from tests.effort import lines_run

TEXT = {
    "en": "The second pump leaks as well.\n\nPlease send a new one.",
    "zh": "第二台水泵也漏水了。\n\n请尽快换货。",
    "de": "Auch die zweite Pumpe ist undicht.\n\nBitte senden Sie Ersatz.",
    "fr": "La deuxième pompe fuit aussi.\n\nMerci d'en envoyer une autre.",
    "es": "La segunda bomba también pierde.\n\nEnvíen otra, por favor.",
    "pt": "A segunda bomba também vaza.\n\nEnviem outra, por favor.",
    "ja": "二台目のポンプも漏れています。\n\n交換してください。",
}
QUOTED = "Dear Ann,\n\nplease tell us the batch number.\n\nHarbour Service"
ARROWS = "\n".join(f"> {line}".rstrip() for line in QUOTED.split("\n"))

# What stands between the answer and what is quoted, by language and program.
ATTRIBUTIONS = [
    ("en", "On Fri, Nov 27, 2026 at 3:04 PM Harbour Service <service@harbour.example> wrote:"),
    ("en", "On 27 Nov 2026, at 15:04, Harbour Service <service@harbour.example> wrote:"),
    ("en", "On Fri, Nov 27, 2026 at 3:04 PM Harbour Service <\nservice@harbour.example> wrote:"),
    ("en", "Harbour Service wrote on 27/11/2026 3:04 PM:"),
    ("en", 'At 2026-11-27 15:04:05, "Harbour Service" <service@harbour.example> wrote:'),
    ("zh", "在 2026年11月27日，15:04，Harbour Service <service@harbour.example> 写道："),
    ("zh", "Harbour Service <service@harbour.example> 于2026年11月27日周五 15:04写道："),
    ("zh", "在2026年11月27日 15:04，Harbour Service<service@harbour.example> 写道："),
    ("zh", '在 2026-11-27 15:04:05，"Harbour Service" <service@harbour.example> 写道：'),
    ("zh", "Harbour Service <service@harbour.example> 於 2026年11月27日 週五 下午3:04寫道："),
    ("de", "Am Fr., 27. Nov. 2026 um 15:04 Uhr schrieb Harbour Service <service@harbour.example>:"),
    ("de", "Am 27.11.26 um 15:04 schrieb Harbour Service:"),
    ("de", "Am 27.11.2026 um 15:04 schrieb Harbour Service\n<service@harbour.example>:"),
    ("de", "Harbour Service <service@harbour.example> schrieb am Fr., 27. Nov. 2026, 15:04:"),
    ("fr", "Le ven. 27 nov. 2026 à 15:04, Harbour Service <service@harbour.example> a écrit :"),
    ("fr", "Le 27 nov. 2026 à 15:04, Harbour Service <service@harbour.example>\na écrit :"),
    ("es", "El vie, 27 nov 2026 a las 15:04, Harbour Service (<service@harbour.example>) escribió:"),
    ("es", "El 27/11/26 a las 15:04, Harbour Service escribió:"),
    ("pt", "Em sex., 27 de nov. de 2026 às 15:04, Harbour Service <service@harbour.example> escreveu:"),
    ("pt", "No dia 27/11/2026, às 15:04, Harbour Service <service@harbour.example> escreveu:"),
    ("pt", "Harbour Service <service@harbour.example> escreveu no dia sexta, 27/11/2026 à(s) 15:04:"),
    ("ja", "2026年11月27日(金) 15:04 Harbour Service <service@harbour.example>:"),
    ("ja", "2026/11/27 15:04、Harbour Service <service@harbour.example>のメール:"),
]
HEADERS = {
    "en": "From: Harbour Service <service@harbour.example>\nSent: Friday, November 27, 2026 3:04 PM\nTo: Ann Lee <ann@customer.example>\nSubject: Your complaint",
    "zh": "发件人： Harbour Service\n发送时间： 2026-11-27 15:04\n收件人： Ann\n主题： 您的投诉",
    "zh-qq": '发件人: "Harbour" <service@harbour.example>;\n发送时间: 2026年11月27日(星期五) 下午3:04\n收件人: "Ann"<ann@customer.example>;\n主题: 您的投诉',
    "zh-163": "| 发件人 | Harbour Service<service@harbour.example> |\n| 日期 | 2026年11月27日 15:04 |\n| 收件人 | Ann |\n| 主题 | 您的投诉 |",
    "zh-tw": "寄件者: Harbour Service <service@harbour.example>\n寄件日期: 2026年11月27日 下午 03:04\n收件者: Ann\n主旨: 您的投訴",
    "de": "Von: Harbour Service <service@harbour.example>\nGesendet: Freitag, 27. November 2026 15:04\nAn: Ann Lee\nBetreff: Ihre Reklamation",
    "fr": "De : Harbour Service <service@harbour.example>\nEnvoyé : vendredi 27 novembre 2026 15:04\nÀ : Ann Lee\nObjet : Votre réclamation",
    "es": "De: Harbour Service <service@harbour.example>\nEnviado el: viernes, 27 de noviembre de 2026 15:04\nPara: Ann Lee\nAsunto: Su reclamación",
    "pt": "De: Harbour Service <service@harbour.example>\nEnviada em: sexta-feira, 27 de novembro de 2026 15:04\nPara: Ann Lee\nAssunto: Sua reclamação",
    "ja": "差出人: Harbour Service <service@harbour.example>\n送信日時: 2026年11月27日 15:04\n宛先: Ann\n件名: お問い合わせ",
    "en-stars": "*From:* Harbour Service <service@harbour.example>\n*Sent:* Friday, November 27, 2026 3:04 PM\n*To:* Ann\n*Subject:* Your complaint",
}
RULES = {
    "en": ["-----Original Message-----", "________________________________", "----- Original Message -----"],
    "zh": ["------------------ 原始邮件 ------------------", "------------------&nbsp;原始邮件&nbsp;------------------", "---- 回复的原邮件 ----", "------------------ Original ------------------"],
    "de": ["-----Ursprüngliche Nachricht-----", "________________________________"],
    "fr": ["-----Message d'origine-----", "-----Message d’origine-----"],
    "es": ["-----Mensaje original-----"],
    "pt": ["-----Mensagem original-----"],
    "ja": ["-----元のメッセージ-----"],
}  # fmt: skip
FORWARDS = {
    "en": ["---------- Forwarded message ---------", "Begin forwarded message:", "-------- Forwarded Message --------"],
    "zh": ["---------- 转发的邮件 ----------", "-------- 转发邮件信息 --------", "开始转发的邮件：", "---- 转发的原邮件 ----"],
    "de": ["-------- Weitergeleitete Nachricht --------", "Anfang der weitergeleiteten Nachricht:"],
    "fr": ["---------- Message transféré ---------", "Début du message transféré :"],
    "es": ["---------- Mensaje reenviado ---------", "Inicio del mensaje reenviado:"],
    "pt": ["---------- Mensagem encaminhada ---------", "Início da mensagem encaminhada:"],
    "ja": ["---------- 転送メッセージ ----------", "-------- 転送されたメッセージ --------"],
}  # fmt: skip
SENT_FROM = {
    "en": ["Sent from my iPhone", "Sent from my Samsung Galaxy smartphone.", "Get Outlook for iOS<https://aka.ms/o0ukef>", "Sent from Mail for Windows"],
    "zh": ["发自我的iPhone", "发自我的 iPhone", "來自我的 iPhone", "发自我的华为手机", "获取 Outlook for Android", "发自网易邮箱大师", "从 Windows 版邮件发送"],
    "de": ["Von meinem iPhone gesendet", "Gesendet von meinem Galaxy", "Gesendet von Outlook für Android"],
    "fr": ["Envoyé de mon iPhone", "Envoyé depuis mon smartphone Samsung", "Télécharger Outlook pour iOS"],
    "es": ["Enviado desde mi iPhone", "Obtener Outlook para Android"],
    "pt": ["Enviado do meu iPhone", "Enviado a partir do meu smartphone", "Obter o Outlook para iOS"],
    "ja": ["iPhoneから送信", "私のiPhoneから送信"],
}  # fmt: skip
CLOSINGS = {
    "en": ["Best regards,", "Kind regards", "Thanks,", "Yours sincerely,", "-- ", "--"],
    "zh": ["此致\n敬礼！", "祝好！", "顺祝商祺", "谢谢！", "-- "],
    "de": ["Mit freundlichen Grüßen", "Mit freundlichen Gruessen", "Viele Grüße", "Beste Grüße aus Bremen", "MfG", "-- "],
    "fr": ["Cordialement,", "Bien cordialement", "-- "],
    "es": ["Saludos cordiales,", "Atentamente,", "Un saludo", "-- "],
    "pt": ["Atenciosamente,", "Melhores cumprimentos,", "Obrigado,", "-- "],
    "ja": ["よろしくお願いいたします。", "以上、よろしくお願いします。", "-- "],
}  # fmt: skip
NAMES = "Ann Lee\nPurchasing, Pumps & Valves Ltd.\n12 Harbour Road, Shenzhen 518000\nTel. +86 755 1234 5678\nann@customer.example"


def of(text: str, subject: str = "", **more: bool) -> Parts:
    return split(lines_of_text(text.replace("&nbsp;", "\u00a0")), subject, **more)


@pytest.mark.parametrize("quoted", [ARROWS, QUOTED], ids=["arrows", "bare"])
@pytest.mark.parametrize(("language", "line"), ATTRIBUTIONS)
def test_an_answer_above_what_is_quoted(language: str, line: str, quoted: str) -> None:
    parts = of(f"{TEXT[language]}\n\n{line}\n{quoted}\n")
    assert parts.written == TEXT[language]
    assert "batch number" in parts.quoted
    assert line.split("\n")[0] in parts.quoted
    assert (parts.forwarded, parts.signature) == ("", "")


@pytest.mark.parametrize("language", HEADERS)
@pytest.mark.parametrize("ruled", [False, True])
def test_an_answer_above_the_headers_of_what_is_quoted(language: str, ruled: bool) -> None:
    short = language[:2]
    for rule in RULES[short] if ruled else [""]:
        parts = of(f"{TEXT[short]}\n\n{rule}\n{HEADERS[language]}\n\n{QUOTED}")
        assert parts.written == TEXT[short], rule
        assert "batch number" in parts.quoted


@pytest.mark.parametrize(
    "prefix", ["FW:", "Fwd:", "WG:", "TR:", "RV:", "ENC:", "转发：", "转发:", "転送:", "轉寄:"]
)
@pytest.mark.parametrize("language", HEADERS)
def test_what_the_subject_says_was_forwarded(language: str, prefix: str) -> None:
    parts = of(f"FYI\n\n{HEADERS[language]}\n\n{QUOTED}", f"{prefix} Pump leaks")
    assert (parts.written, parts.quoted) == ("FYI", "")
    assert "batch number" in parts.forwarded
    assert parts.origin[0].startswith("Harbour")
    assert parts.origin[1] in ("service@harbour.example", "")


@pytest.mark.parametrize(
    ("language", "line"), [(key, line) for key, lines in FORWARDS.items() for line in lines]
)
def test_a_forwarded_mail(language: str, line: str) -> None:
    parts = of(f"{TEXT[language]}\n\n{line}\n{HEADERS[language]}\n\n{QUOTED}")
    assert (parts.written, parts.quoted) == (TEXT[language], "")
    assert "batch number" in parts.forwarded


@pytest.mark.parametrize(
    ("language", "line"), [(key, line) for key, lines in SENT_FROM.items() for line in lines]
)
def test_what_a_program_writes_below(language: str, line: str) -> None:
    for text in (
        f"{TEXT[language]}\n\n{line}",
        f"{TEXT[language]}\n\n{line}\n\n{ATTRIBUTIONS[0][1]}\n{ARROWS}",
    ):
        parts = of(text)
        assert parts.written == TEXT[language]
        assert parts.signature == line


@pytest.mark.parametrize(
    ("language", "line"), [(key, line) for key, lines in CLOSINGS.items() for line in lines]
)
def test_signatures(language: str, line: str) -> None:
    for names in (NAMES, "Ann"):
        parts = of(f"{TEXT[language]}\n\n{line}\n{names}\n")
        assert parts.written == TEXT[language]
        assert parts.signature == f"{line}\n{names}".strip() or parts.signature.endswith(names)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks,\nbut the second pump leaks as well and nobody calls back.",
        "Hello,\n\n- the lid is broken\n- the seal is missing\n\nWhat now?",
        "The gap is\n> 5 mm\nwide.",
        "We sent it\nFrom: Shenzhen\nTo: Bremen\non Friday.",
        "On Friday the driver wrote: damaged.\nWe did not sign.",
        "Von Anfang an defekt.",
        "Best regards to Mr Wu. The pump leaks.",
        "谢谢\n但是第二台水泵也漏水了，而且一直没有人回电话，请尽快处理。",
        "Sent from my iPhone the video did not arrive, so I describe the fault here in words and numbers again.",
        "--\n" + "The pump leaks. " * 200,
        "Data: 5 bar, 20 °C\nA: 5 mm\nDe: 3 mm",
        "收到货时外箱完好\n日期：2026年11月20日\n批号：A-7",
        "Best regards,\n\n" + "The pump leaks and it has leaked since Monday, as I wrote before, what will you do?",
    ],
)  # fmt: skip
def test_what_only_resembles_a_mark_stays(text: str) -> None:
    assert of(text).written == text.strip()


def test_answers_between_the_lines_are_the_writers() -> None:
    text = "Hello,\n\nOn 27 Nov 2026, at 15:04, Harbour <s@harbour.example> wrote:\n> Which batch?\n\nBatch A-7.\n\n> How many?\n\nThree.\n"
    parts = of(text)
    assert parts.written == "Hello,\n\nBatch A-7.\n\nThree."
    assert "Which batch?" in parts.quoted
    assert "How many?" in parts.quoted


def test_what_stands_below_a_quote_is_the_writers() -> None:
    parts = of("> Which batch?\n\nBatch A-7.", is_reply=True)
    assert (parts.written, parts.quoted) == ("Batch A-7.", "> Which batch?")


def test_a_disclaimer_is_no_complaint() -> None:
    said = "This e-mail is confidential and intended for its addressee only. If you are not the addressee, delete it."
    parts = of(f"{TEXT['en']}\n\nBest regards,\n{NAMES}\n\n{said}")
    assert parts.written == TEXT["en"]
    assert said in parts.signature
    assert of(f"{TEXT['en']}\n\n{said}").signature == said


def test_every_line_is_in_one_part() -> None:
    text = f"{TEXT['en']}\n\nBest regards\nAnn\n\n{ATTRIBUTIONS[0][1]}\n{ARROWS}"
    parts = of(text)
    there = "\n".join((parts.written, parts.signature, parts.quoted)).replace("\n", "")
    assert sorted(there) == sorted(text.replace("\n", ""))


@pytest.mark.parametrize(
    "hostile",
    ["> " * 200_000, ">" * 400_000, "From:\n" * 100_000, "On " * 100_000, "On a\n" * 60_000, "a" * 500_000, "--\n" * 100_000, "*From:* a@b\nSent: x\n" * 50_000, "在2026 " * 50_000],
    ids=range(9),
)  # fmt: skip
def test_a_hostile_mail_takes_no_time(hostile: str) -> None:
    of(hostile)
    lines_of_html(hostile)


@pytest.mark.parametrize("html", ["<div>" * 100_000, "<" * 400_000, "<!--" * 100_000, "<a href='" * 50_000, "<td>" * 50_000, "<!" * 200_000], ids=range(6))  # fmt: skip
def test_hostile_markup_takes_no_time(html: str) -> None:
    split(lines_of_html(html))


@pytest.mark.parametrize("cell", ["<td>a</td>", "<td> </td>", "<th>a"])
def test_a_table_takes_work_by_its_size_alone(cell: str) -> None:
    few, many = (lines_run(lines_of_html, f"<table><tr>{cell * cells}") for cells in (500, 2_000))
    assert many < 5 * few


def test_cells_of_a_row_are_told_apart() -> None:
    (line,) = lines_of_html("<table><tr><td> </td><td>Pump</td><td>A-7</td></tr></table>")
    assert line.text == "Pump | A-7"


@pytest.mark.parametrize(
    ("subject", "bare", "forward"),
    [
        ("Re: AW: Pump leaks", "Pump leaks", False), ("FW: Pump", "Pump", True), ("回复：转发：水泵漏水", "水泵漏水", False), ("转发: 水泵", "水泵", True),
        ("RE[2]: Pump", "Pump", False), ("Antw: Pump", "Pump", False), ("RES: Bomba", "Bomba", False), ("Re:", "Re:", False), ("Reklamation: Pumpe", "Reklamation: Pumpe", False),
        ("WG: Pumpe", "Pumpe", True), ("I: pompa", "pompa", True), ("答复: 您的投诉", "您的投诉", False), ("", "", False), ("返信: ポンプ", "ポンプ", False),
    ],
)  # fmt: skip
def test_marks_before_a_subject(subject: str, bare: str, forward: bool) -> None:
    assert (bare_subject(subject), is_forward(subject)) == (bare, forward)
