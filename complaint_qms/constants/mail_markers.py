"""How mail programs mark what is not the writer's own text: attributions, headers of a quoted mail, forwards, signatures.

Patterns are tried on one line of bounded length, with bounded repetitions: a mail is written by anybody.
"""

import re
from typing import Final


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


# “On Friday Ann wrote:”, above what is quoted. One line, or two that a mail program broke.
ATTRIBUTION: Final = _any(
    r"^(?:On|At|In reply to) .{6,300} (?:wrote|writes|said) ?:$",
    r"^.{2,150} wrote on .{6,80}:$",
    r"^Am .{6,300} (?:schrieb|hat) .{0,200}:$",
    r"^.{2,150} schrieb am .{6,80}:$",
    r"^Le .{6,300} a écrit ?:$",
    r"^El .{6,300} escribió ?:$",
    r"^(?:Em|A|No dia|Às|Aos) .{6,300} escreveu ?:$",
    r"^.{2,200} escreveu (?:no dia |em |\().{5,80}:$",
    r"^Il .{6,300} ha scritto ?:$",
    r"^Op .{6,300} (?:schreef|geschreven).{0,150}:$",
    r"^\d{4}年\d{1,2}月\d{1,2}日.{0,200}(?:<[^<>]{3,150}>|のメール|書きました|wrote) ?[:：]$",
    r"^(?:20)?\d\d/\d{1,2}/\d{1,2}.{0,200}(?:のメール|書きました|wrote) ?[:：]$",
    r"^.{0,200}\d{1,4}.{0,250}(?:写道|寫道|写到) ?[:：]$",
)
# What may be the first line of one that was broken.
ATTRIBUTION_BEGINS: Final = _any(
    r"^(?:On|At|Am|Le|El|Em|No dia|Il|Op) .{4,}", r"^(?:在|于|於) ?\d{4}", r"^\d{4}[年/-]"
)

_HEADERS: Final = {
    "from": "From|Von|De|Da|Van|发件人|寄件人|寄件者|差出人|送信者|送信元|Expéditeur|Remitente|Remetente",
    "date": "Sent|Date|Gesendet|Datum|Envoyé(?: le)?|Enviado(?: el| em)?|Enviada(?: em)?|Fecha|Data|发送时间|发送日期|日期|时间|傳送時間|寄件日期|送信日時|日時|日付",
    "to": "To|An|À|A|Para|收件人|收件者|宛先",
    "cc": "Cc|Kopie|Copie à|抄送|副本",
    "subject": "Subject|Betreff|Objet|Asunto|Assunto|主题|主題|主旨|件名|Oggetto",
}
# `From: Ann`, `*From:* Ann`, `发件人： 张三`, `| 发件人 | 张三 |`
HEADER: Final = {
    role: re.compile(rf"^[|*\s]*(?:{names})\s*\*?\s*[:：|]\s*\*?\s*(.*?)[\s|;*]*$", re.IGNORECASE)
    for role, names in _HEADERS.items()
}

_DASHES: Final = r"[-_—=*\s]{2,80}"
ORIGINAL: Final = re.compile(
    rf"^{_DASHES}(?:Original[ -]?(?:Message|Appointment|Mail)|Original|Ursprüngliche (?:Nachricht|E-?Mail)|Originalnachricht"
    r"|Message d['’]origine|Message original|Mensaje original|Mensagem original|Messaggio originale"
    rf"|原始邮件|原始郵件|回复的原邮件|原邮件|元のメッセージ|Original-Nachricht){_DASHES}$",
    re.IGNORECASE,
)
_FORWARDED: Final = (
    "Forwarded Message|Begin forwarded message|Weitergeleitete Nachricht|Anfang der weitergeleiteten (?:Nachricht|E-?Mail)"
    "|Message transféré|Message transmis|Début du message (?:transféré|réexpédié)|Mensaje reenviado|Inicio del mensaje reenviado"
    "|Mensagem encaminhada|Mensagem reencaminhada|Início da mensagem (?:encaminhada|reencaminhada)"
    "|转发邮件信息|转发的邮件|转发邮件|转发的原邮件|被转发的邮件|轉寄郵件|轉寄的郵件|开始转发的邮件|以下是转发的邮件|転送されたメッセージ|転送メッセージ|転送されたメール"
)
FORWARDED: Final = re.compile(
    rf"^(?:{_DASHES}(?:{_FORWARDED}){_DASHES}|(?:{_FORWARDED}) ?[:：])$", re.IGNORECASE
)
RULE: Final = re.compile(r"^[_-]{10,}$")

FORWARD_PREFIX: Final = re.compile(r"^\s*(?:fwd?|wg|tr|rv|enc|i|转发|轉寄|转|転送)\s*[:：]\s*", re.IGNORECASE)
REPLY_PREFIX: Final = re.compile(
    r"^\s*(?:re(?:\[\d{1,3}\])?|aw|antw|antwort|rép|ref|res|sv|vs|odp|回复|回覆|答复|答覆|返信)\s*[:：]\s*",
    re.IGNORECASE,
)

SIGNATURE_DASHES: Final = re.compile(r"^(?:--|—|––|__)\s?$")
# What a program writes below every mail of a phone or of its own.
SENT_FROM: Final = _any(
    r"^(?:Sent|Gesendet|Envoyé|Enviado|Enviada|Inviato|Verzonden) (?:from|via|von|depuis|de(?:puis)?|desde|do|da|a partir d[eo]|tramite|vanaf) .{1,80}$",
    r"^Von meinem .{1,60} gesendet\.?$",
    r"^Diese Nachricht wurde von meinem .{1,80} gesendet.{0,60}$",
    r"^(?:Get|Holen Sie sich|Obtenir|Télécharger|Obtener|Obtenga|Obter(?: o)?|Baixe o) Outlook .{1,80}$",
    r"^Outlook (?:for|für|pour|para) (?:iOS|Android).{0,80}$",
    r"^(?:发自|來自|从|從)我的.{1,40}$",
    r"^发自.{0,20}(?:iPhone|iPad|Android|手机|手機|邮箱|邮件|QQ|Foxmail|网易|網易|华为|小米).{0,40}$",
    r"^(?:获取|下载)\s?Outlook.{0,60}$",
    r"^从.{1,40}发送$",
    r"^(?:iPhone|iPad|Android|スマートフォン|私の.{1,20})から送信.{0,10}$",
)
# A closing formula on a line of its own; names and addresses follow.
CLOSING: Final = _any(
    r"^(?:with )?(?:best|kind|kindest|warm|many|sincere)? ?(?:regards|wishes|greetings)[ ,.!]*$",
    r"^(?:best|thanks|thank you|many thanks|cheers|sincerely|yours (?:sincerely|faithfully|truly)|thanks (?:and|&) (?:best |kind )?regards)[ ,.!]*$",
    r"^(?:mit )?(?:freundliche[mn]?|besten?|herzlichen?|schönen?|vielen?|lieben?) (?:gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss))(?: aus .{1,30})?[ ,.!]*$",
    r"^(?:hochachtungsvoll|mfg|vg|lg|viele grüße|vielen dank(?: und .{1,30})?)[ ,.!]*$",
    r"^(?:bien )?(?:cordialement|à vous|respectueusement|sincères salutations|meilleures salutations|salutations(?: distinguées)?)[ ,.!]*$",
    r"^(?:(?:un )?(?:cordial )?saludos?(?: cordiales)?|atentamente|cordialmente|muchas gracias|gracias)[ ,.!]*$",
    r"^(?:atenciosamente|att\.?|cumprimentos|(?:com os )?melhores cumprimentos|abraços?|obrigad[oa]|cordiais saudações)[ ,.!]*$",
    r"^(?:cordiali saluti|distinti saluti|met vriendelijke groet(?:en)?)[ ,.!]*$",
    r"^(?:此致|敬礼|此致\s*敬礼|顺祝商祺|順頌商祺|祝好|祝商祺|商祺|谢谢|謝謝|多谢|祝您?工作顺利|顺颂时祺)[ ,.!，。！]*$",
    r"^(?:以上|敬具|(?:以上、?)?(?:どうぞ)?(?:よろしく|宜しく)お願い(?:いた|致)?し(?:ます|申し上げます))[ ,.!、。]*$",
)
# A reservation that a mail server writes below every mail.
DISCLAIMER: Final = _any(
    r"^[*\s]*(?:confidentiality (?:notice|note)|disclaimer|legal notice|important notice)\b.{0,40}",
    r"^this (?:e-?mail|message)(?: and any (?:attachments|files))?.{0,60}(?:confidential|privileged|intended)",
    r"^(?:diese (?:e-?mail|nachricht)|der inhalt dieser e-?mail).{0,80}(?:vertraulich|bestimmt)",
    r"^ce (?:message|courriel|mail).{0,80}(?:confidentiel|destiné)",
    r"^este (?:mensaje|correo).{0,80}(?:confidencial|dirigido)",
    r"^esta mensagem.{0,80}(?:confidencia|destinad)",
    r"^(?:本邮件|本郵件|此邮件|保密声明|免责声明).{0,100}",
    r"^(?:このメール|本メール).{0,60}(?:機密|秘密)",
)

# Attributes of elements by which programs mark a quote or a signature in HTML.
QUOTE_MARKS: Final = frozenset(
    {
        "gmail_attr",
        "moz-cite-prefix",
        "moz-email-headers-table",
        "yahoo_quoted",
        "protonmail_quote",
        "zmail_extra",
        "isreplycontent",
        "ntes-mailmaster-quote",
    }
)
SIGNATURE_MARKS: Final = frozenset(
    {
        "gmail_signature",
        "gmail_signature_prefix",
        "moz-signature",
        "signature",
        "applemailsignature",
        "ms-outlook-mobile-signature",
        "ms-outlook-signature",
        "ydp-signature",
        "protonmail_signature_block",
        "zmail_signature",
        "ntes-mailmaster-signature",
        "foxmail_signature",
        "mail-signature",
        "email-signature",
    }
)
