"""What in a text tells who somebody is: names, addresses, telephones, mail, numbers of orders. Taken out, and told apart by kind.

What is known of the case (its customer, contact, numbers) is looked for as it is written there; what nobody knows is read off its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal

from complaint_qms.engine.phone_number import is_number
from complaint_qms.engine.text import HAN

Kind = Literal["name", "mail", "phone", "link", "number", "address"]
MARK: Final = "[…]"
_MARKS: Final = re.compile(r"(?:\[…\][ ,;]{0,2}){2,}")
_SHORTEST: Final = 3
_SHORTEST_HAN: Final = 2
# Words of a company's name by which nobody is known.
_LEGAL: Final = re.compile(
    r"(?i)[\s,]+(?:gmbh(?: & co\.? kg)?|ag|kg|ug|ltd\.?|limited|llc|inc\.?|corp\.?|co\.?|plc|s\.?a\.?|s\.?r\.?l\.?|b\.?v\.?|pty)\.?\Z"
)
_CODE: Final = r"[a-z0-9](?:[a-z0-9._/\-]{0,38}[a-z0-9])?"
_FORMS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("link", re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"']{3,500}")),
    (
        "mail",
        re.compile(r"(?i)(?<![a-z0-9_.+\-@])[a-z0-9_.+\-]{1,64}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,5}"),
    ),
    ("number", re.compile(r"(?i)(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){3,7}(?: ?[a-z0-9]{1,3})?(?![a-z0-9])")),
    (
        "number",
        re.compile(
            r"(?i)(?:(?<![a-z])(?:order|invoice|delivery note|receipt|tracking|waybill|p\.?o\.?|customer|account|serial|s/n|sn|bestellung|rechnung|auftrag|kundennummer|bestellnummer|rechnungsnummer)(?![a-z])|订单|单号|发票|送货单|运单|快递单|序列号|客户编号)"
            r"\s{0,3}(?:no\.?|nr\.?|number|num|id|nummer|code|编号|号码|号)?\s{0,3}(?:is|was|是|为)?\s{0,3}[:：=#\-]?\s{0,3}#?"
            rf"(?P<told>(?=[a-z._/\-]{{0,20}}\d){_CODE})"
        ),
    ),
    ("number", re.compile(r"(?i)(?<![a-z0-9\-/])[a-z]{2,6}(?:[\-][a-z]{2,6}){0,2}-(?:19|20)\d{2}-\d{3,12}(?![a-z0-9\-])")),
    (
        "address",
        re.compile(
            r"(?:\b\d{1,5}[a-zA-Z]?,? (?:[A-Z][\w'.\-]{1,30} ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Square|Court|Boulevard|Blvd|Close|Way)\b\.?)"
            r"|(?:\b[A-ZÄÖÜ][\wäöüß.\-]{1,40}(?:straße|strasse|str\.|weg|platz|allee|gasse)\s?\d{1,4}\s?[a-z]?\b)"
            r"|(?:\b(?:D-|A-|CH-)?\d{4,5} [A-ZÄÖÜ][a-zäöüß]{2,30}(?:[ -][A-ZÄÖÜ][a-zäöüß]{2,30})?\b)"
            rf"|(?:(?:[{HAN}]{{2,8}}(?:省|自治区))?(?:[{HAN}]{{2,6}}市)?(?:[{HAN}]{{1,6}}[区县])?[{HAN}]{{1,8}}(?:路|街|大道|巷|弄)\d{{1,5}}(?:弄\d{{1,5}})?号(?:\d{{1,4}}[号栋幢]楼?)?(?:\d{{1,5}}室)?)"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?:\b(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Herrn|Frau|Madame|Monsieur)\b\.? (?P<told>[A-ZÄÖÜ][\w'’äöüß\-]{1,30}(?: [A-ZÄÖÜ][\w'’äöüß\-]{1,30}){0,2}))"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?:\b(?:Dear|Hello|Hi|Hallo|Liebe[r]?)\s(?!All\b|Team\b|Sir\b|Madam\b|Customer\b|Support\b|Service\b)(?P<told>[A-ZÄÖÜ][\w'’äöüß\-]{1,30}(?: [A-ZÄÖÜ][\w'’äöüß\-]{1,30}){0,2})(?=\s*[,!:\n]|\s*\Z))"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?i:(?<![a-z])(?:my name is|i am called|mein name ist|ich heiße|ich heisse)\s{1,3})(?P<told>[A-ZÄÖÜ][\w'’\-]{1,30}(?: [A-ZÄÖÜ][\w'’\-]{1,30}){0,2})"
        ),
    ),
    (
        "name",
        re.compile(
            r"(?i:(?:regards|sincerely|yours truly|faithfully|grüßen|grüße|gruß)[,.]?[ \t]*\n\s*)(?P<told>[^\n]{2,60})"
        ),
    ),
    ("name", re.compile(rf"我(?:叫|姓名是|的名字是)\s{{0,2}}(?P<told>[{HAN}]{{2,4}}?)(?=[，,。.、；;\s]|\Z)")),
    # The person's own name is the sign or three before the title.
    ("name", re.compile(rf"(?:^|(?<=[\s，,。.：:；;、！!？?”\"（(])|(?<=[的和与给向请找是]))(?P<told>[{HAN}]{{1,3}})(?:先生|女士|小姐|太太)")),
)  # fmt: skip
_PHONE: Final = re.compile(r"(?<![a-zA-Z0-9_\-/.])\+?\(?\d[\d ()\-./]{5,22}\d(?![a-zA-Z0-9_\-/])")
_PHONE_LABEL: Final = re.compile(
    r"(?i)(?:phone|tel|mobile|cell|call me|reach me|fax|whatsapp|telefon|handy|电话|手机|联系方式|联系)[^\d+\n]{0,20}\Z"
)
_CHINESE_PHONE: Final = re.compile(r"(?:\+?86[ \-]?)?1[3-9]\d[ \-]?\d{4}[ \-]?\d{4}\Z|0\d{2,3}[ \-]\d{7,8}\Z")


@dataclass(frozen=True)
class Known:
    """Something of a case by which somebody is known. A `person`'s name is looked for word by word as well."""

    kind: Kind
    text: str
    person: bool = False


@dataclass(frozen=True)
class Taken:
    """What was taken out of a text."""

    kind: Kind
    text: str


def without_personal(text: str, known: Iterable[Known] = ()) -> tuple[str, list[Taken]]:
    """A text with `MARK` in the place of what tells who somebody is, and what stood there, each once."""
    left, taken = text, _Basket()
    for one in _looked_for(known):
        left = _pattern_of(one).sub(partial(_taken_whole, taken, one.kind), left)
    for kind, form in _FORMS:
        left = form.sub(partial(_replaced, taken, kind), left)
    left = _PHONE.sub(partial(_taken_phone, taken), left)
    return _MARKS.sub(f"{MARK} ", left).strip(), list(taken.found)


class _Basket:
    """What was taken so far, each once."""

    def __init__(self) -> None:
        self.found: dict[Taken, None] = {}

    def take(self, kind: Kind, text: str) -> str:
        one = Taken(kind, " ".join(text.split()))
        if one.text != MARK:
            self.found[one] = None
        return MARK


def _taken_whole(taken: _Basket, kind: Kind, match: re.Match[str]) -> str:
    return taken.take(kind, match[0])


def _taken_phone(taken: _Basket, match: re.Match[str]) -> str:
    return taken.take("phone", match[0]) if _is_phone(match) else match[0]


def _looked_for(known: Iterable[Known]) -> list[Known]:
    """What is looked for, the longest first, so that a part is not found in what it is a part of."""
    found: set[Known] = set()
    for one in known:
        text = " ".join(one.text.split())
        for part in {text, _LEGAL.sub("", text)} if one.kind == "name" else {text}:
            if _is_long_enough(part):
                found.add(Known(one.kind, part, one.person))
        if one.person:
            words = (word.strip(".,") for word in text.split())
            found.update(
                Known("name", word, True) for word in words if _is_long_enough(word) and word[:1].isupper()
            )
    return sorted(found, key=lambda one: (-len(one.text), one.text))  # fmt: skip


def _is_long_enough(text: str) -> bool:
    han = any(_is_han(sign) for sign in text)
    return len(text) >= (_SHORTEST_HAN if han else _SHORTEST)


def _pattern_of(one: Known) -> re.Pattern[str]:
    """A single word of a name is found only as it is written: "Brown" is not the colour."""
    spelled = r"\s+".join(re.escape(word) for word in one.text.split())
    is_word = one.person and " " not in one.text
    return re.compile(rf"(?<![^\W_{HAN}]){spelled}(?![^\W_{HAN}])", 0 if is_word else re.IGNORECASE)


def _replaced(taken: _Basket, kind: Kind, match: re.Match[str]) -> str:
    """Of a form with a part that tells, that part alone."""
    told = match.groupdict().get("told", match[0])
    if told == match[0]:
        return taken.take(kind, match[0])
    if not told or MARK in told or not told.strip():
        return match[0]
    begin, end = match.start("told") - match.start(), match.end("told") - match.start()
    return f"{match[0][:begin]}{taken.take(kind, told)}{match[0][end:]}"


def _is_phone(match: re.Match[str]) -> bool:
    number, text = match[0].strip(), match.string
    told = (
        number.startswith("+")
        or _CHINESE_PHONE.match(number)
        or _PHONE_LABEL.search(text[max(0, match.start() - 40) : match.start()])
    )
    return bool(told) and is_number(number)


def _is_han(sign: str) -> bool:
    return "\u3400" <= sign <= "\u9fff"
