"""What in a text tells who somebody is: names, addresses, telephones, mail, numbers of orders; where it stands, and what it is.

What is known of the case (its customer, contact, numbers) is looked for as it is written there; what nobody knows is read off its
form. `redaction` takes it out for good, `placeholders` puts something in its place that can be put back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple

from complaint_qms.engine.phone_number import is_number
from complaint_qms.engine.text import HAN

Kind = Literal["name", "customer", "mail", "phone", "link", "number", "address"]
_LEAST_DIGITS: Final = 7
"""Of a run of digits that may be a telephone, an account or the number of a passport."""
_MOST_PHONE_DIGITS: Final = 13
_CODE: Final = r"[a-z0-9](?:[a-z0-9._/\-]{0,38}[a-z0-9])?"
_FORMS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("link", re.compile(r"(?i)\b(?:https?://|www\.)[^\s<>\"']{3,500}")),
    (
        "mail",
        re.compile(r"(?i)(?<![a-z0-9_.+%\-@])[a-z0-9_.+%\-][a-z0-9_.+%'\-]{0,63}@[a-z0-9\-]{1,63}(?:\.[a-z0-9\-]{1,63}){1,6}"),
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
            r"(?:\b\d{1,5}[a-zA-Z]?,? (?:[A-Z][\w'.\-]{0,30} ){1,4}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Square|Court|Boulevard|Blvd|Close|Way)\b\.?)"
            r"|(?:\b[A-ZÄÖÜ][\wäöüß.\-]{1,40}(?:straße|strasse|str\.|weg|platz|allee|gasse)\s?\d{1,5}\s?[a-z]?\b)"
            r"|(?:\b(?:D-|A-|CH-)?\d{4,5} [A-ZÄÖÜ][a-zäöüß]{2,30}(?:[ -][A-ZÄÖÜ][a-zäöüß]{2,30})?\b)"
            rf"|(?:(?:[{HAN}]{{2,8}}(?:省|自治区))?(?:[{HAN}]{{2,6}}市)?(?:[{HAN}]{{1,6}}[区县])?[{HAN}]{{1,8}}(?:路|街|道|巷|弄)\s?\d{{1,5}}\s?(?:弄(?:\s?\d{{1,5}}\s?号)?|号)(?:\d{{1,5}}(?:号楼|单元|[号栋幢楼层室])){{0,4}})"
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
            r"(?:\b(?:Dear|Hello|Hi|Hallo|Liebe[r]?)\s(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof|Herr|Frau|Madame|Monsieur)\b\.?\s)?(?!All\b|Team\b|Sir\b|Madam\b|Customer\b|Support\b|Service\b)(?P<told>[A-ZÄÖÜ][\w'’äöüß\-]{1,30}(?: [A-ZÄÖÜ][\w'’äöüß\-]{1,30}){0,2})(?=\s*[,!:\n]|\s*\Z))"
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
_BEFORE: Final = r"(?<![A-Za-z0-9_\u00c0-\u024f])"
_AFTER: Final = r"(?![A-Za-z0-9_\u00c0-\u024f])"
_DATE: Final = (
    r"(?:(?:19|20)\d\d[-./]\d\d?[-./]\d\d?|\d\d?[-./]\d\d?[-./](?:19|20)\d\d)(?:[ T]\d\d?:\d\d(?::\d\d)?)?"
)
_DIGITS: Final = re.compile(
    rf"{_BEFORE}(?:(?P<date>{_DATE})|[+(]{{0,2}}\d[\d ()/.\u00a0-]{{5,30}}[\dXx]){_AFTER}"
)


@dataclass(frozen=True)
class Known:
    """Something of a case by which somebody is known. A single word of a `person`'s name is found only as it is written: "Brown" is not
    the colour."""

    kind: Kind
    text: str
    person: bool = False


class Span(NamedTuple):
    """Where in a text something stands that tells who somebody is."""

    begin: int
    end: int
    kind: Kind


def spans(
    text: str,
    known: Iterable[Known],
    kept: Iterable[str] = (),
    forms: Collection[Kind] | None = None,
    *,
    any_digits: bool = False,
) -> list[Span]:
    """What tells who somebody is, in the order of the text; what overlaps is one, of the kind of its longest part.

    Args:
        kept: what is no personal data although it looks so: codes of products, batches and documents.
        forms: kinds of what is read off its form; all of them unless given. Telephones always are.
        any_digits: a long run of digits that is no date is a telephone or a number, whatever stands before it; otherwise a telephone
            has to be called one, or to be written as one.
    """
    codes = [match.span() for match in _matches(_alternatives(sorted({*kept}, key=len, reverse=True)), text)]
    starts = [begin for begin, _end in codes]

    def is_code(begin: int) -> bool:
        """Whether a code begins no later and reaches so far."""
        place = bisect_right(starts, begin)
        return bool(place) and codes[place - 1][1] > begin

    found = [span for span in _known_spans(text, known) if not is_code(span.begin)]
    for kind, form in _FORMS:
        if forms is None or kind in forms:
            own = (Span(*_told(match), kind) for match in form.finditer(text))
            found += [
                one for one in own if one.begin < one.end and (kind == "mail" or not is_code(one.begin))
            ]
    phones = _digit_spans(text) if any_digits else _phone_spans(text)
    found += [one for one in phones if not is_code(one.begin)]
    return _merged(found)


def _merged(found: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    longest = 0
    for one in sorted(found, key=lambda span: (span.begin, -span.end)):
        size = one.end - one.begin
        if merged and one.begin < merged[-1].end:
            last = merged[-1]
            merged[-1] = Span(last.begin, max(last.end, one.end), one.kind if size > longest else last.kind)
            longest = max(longest, size)
        else:
            merged.append(one)
            longest = size
    return merged


def _known_spans(text: str, known: Iterable[Known]) -> Iterator[Span]:
    """The longest first, so that a part is not found in what it is a part of."""
    kinds: dict[bool, dict[str, Kind]] = {True: {}, False: {}}
    for one in known:
        if plain := " ".join(one.text.split()):
            exact = one.person and " " not in plain
            kinds[exact].setdefault(plain if exact else plain.lower(), one.kind)
    for exact, of_kind in kinds.items():
        pattern = _alternatives(sorted(of_kind, key=len, reverse=True), exact=exact)
        for match in _matches(pattern, text):
            said = " ".join(match[0].split())
            yield Span(*match.span(), of_kind.get(said if exact else said.lower(), "name"))


def _alternatives(values: Iterable[str], *, exact: bool = False) -> str:
    """A pattern for any of the values, however their words are parted; Han signs have no blanks around them."""
    written = "|".join(r"\s+".join(map(re.escape, value.split())) for value in values if value.strip())
    if not written:
        return ""
    return rf"{'' if exact else '(?i)'}(?<![^\W_{HAN}])(?:{written})(?![^\W_{HAN}])"


def _matches(pattern: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(pattern, text) if pattern else iter(())


def _told(match: re.Match[str]) -> tuple[int, int]:
    """Of a form with a part that tells, that part alone."""
    return match.span("told") if "told" in match.re.groupindex else match.span()


def _phone_spans(text: str) -> Iterator[Span]:
    for match in _PHONE.finditer(text):
        number = match[0].strip()
        told = (
            number.startswith("+")
            or _CHINESE_PHONE.match(number)
            or _PHONE_LABEL.search(text[max(0, match.start() - 40) : match.start()])
        )
        if told and is_number(number):
            yield Span(*match.span(), "phone")


def _digit_spans(text: str) -> Iterator[Span]:
    for match in _DIGITS.finditer(text):
        count = sum(map(str.isdigit, match[0]))
        if not match["date"] and count >= _LEAST_DIGITS:
            is_phone = match[0][0] == "+" or count <= _MOST_PHONE_DIGITS
            yield Span(*match.span(), "phone" if is_phone else "number")
