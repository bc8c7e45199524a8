"""Text normalisation shared by classification and similarity.

Three depths, each cheaper than the next:

* :func:`fold` makes two spellings of the same characters equal: width (NFKC), case, invisible characters, spaces.
* :func:`words` cuts folded text into Latin words, numbers and runs of Han characters.
* :func:`canonical_tokens` also makes numbers and units equal: ``two pieces`` = ``2 pcs`` = ``2件``,
  ``5kg`` = ``5 千克`` = ``5公斤`` = ``5000 g``, ``26,000`` = ``26000``, ``Jan 2, 2020`` = ``2020年1月2日``.

Chinese is not cut into dictionary words: overlapping character n-grams (:func:`han_ngrams`) carry the same information
for matching, need no dictionary and never mis-segment a product name. Nothing here reads a file or a clock.
"""

from __future__ import annotations

import re
import unicodedata

from complaint_qms.constants.text_units import (
    EN_MONTHS,
    EN_NUMBERS,
    EN_SCALES,
    EN_UNITS,
    ZH_DIGITS,
    ZH_SCALES,
    ZH_UNITS,
)

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\u3007\uf900-\ufaff\U00020000-\U0002fa1f"

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufe00-\ufe0f]")
_LONE_YEAR = re.compile(r"\d(?<!\d\d)\d{3}(?!\d)")
"""Every form of a date that is understood has one."""
_GROUPED = re.compile(r"\d[.,]\d")
_WORD = re.compile(rf"\d+(?:[.,]\d+)+|[a-z0-9]+(?:'[a-z]+)?|[{HAN}]+|%|[^\W_]+")
_PLAIN_WORD = re.compile(rf"[a-z0-9]+(?:'[a-z]+)?|[{HAN}]+|[^\W_]+")
_HAN_RUN = re.compile(rf"[{HAN}]+")
_LATIN = re.compile(r"[A-Za-z]")
_OTHER_LETTER = re.compile(rf"[^\W\d_A-Za-z\u00c0-\u024f{HAN}]")

_QUOTES = {"’": "'", "‘": "'", "“": '"', "”": '"', "´": "'", "`": "'"}
_PUNCTUATION = {sign: " " for sign in map(chr, range(128)) if not sign.isalnum()}
_TO_SPACES = str.maketrans(_PUNCTUATION)
_TO_SPACES_BUT_PERCENT = str.maketrans({**_PUNCTUATION, "%": "%"})

_months = "|".join(EN_MONTHS)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)[日号]?")
_MONTH_FIRST = re.compile(rf"\b({_months})[a-z]*\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})(?!\d)")
_DAY_FIRST = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)? ({_months})[a-z]*\.?,? (\d{{4}})(?!\d)")
_MONTH_NUMBER = {name: number for number, name in enumerate(EN_MONTHS, 1)}

_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?\Z")
_DECIMAL = re.compile(r"\d+\.\d+\Z")
_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}\Z")
_NUMBER_SUFFIX = re.compile(r"(\d+)([a-z]+)\Z")
_ZH_UNIT_AT_START = re.compile("|".join(sorted(map(re.escape, ZH_UNITS), key=len, reverse=True)))
_ZH_SCALE_AT_START = re.compile("[" + "".join(ZH_SCALES) + "]")
_zh_numeral = "".join({*ZH_DIGITS, *ZH_SCALES})
_ZH_QUANTITY = re.compile(f"([{_zh_numeral}]+)(" + _ZH_UNIT_AT_START.pattern + ")")
_HAS_ZH_NUMERAL = re.compile(f"[{_zh_numeral}]")

_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/#+-]*[A-Za-z0-9])?")
_SHORTEST_CODE = 4
_LONGEST_CODE = 140
_MOST_CODES = 60

MAX_DIGITS = 15
"""Longer digit strings are identifiers (phone, VIN, order), not quantities, and stay as written."""


def fold(text: str | None) -> str:
    """One spelling for the same characters: NFKC width, lower case, plain quotes, no invisible characters,
    single spaces. Idempotent. ``None`` gives an empty string."""
    if not text:
        return ""
    if text.isascii():
        return " ".join(text.lower().split()).replace("`", "'")
    for _ in range(4):  # casefolding can create characters that NFKC changes again; two rounds are the norm
        folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
        for quote, plain in _QUOTES.items():
            folded = folded.replace(quote, plain)
        if folded == text:
            break
        text = folded
    return " ".join(text.split())


def language(text: str | None) -> str:
    """``"zh"``, ``"en"``, ``"other"`` or ``""`` (nothing to judge by).

    Chinese wins as soon as Han characters carry at least a third of what Latin letters carry, since one Han character
    says about as much as three Latin letters. ``"other"`` means that other scripts dominate.
    """
    if not text:
        return ""
    if text.isascii():
        return "en" if _LATIN.search(text) else ""
    text = fold(text)
    han = sum(map(len, _HAN_RUN.findall(text)))
    latin = len(_LATIN.findall(text))
    other = len(_OTHER_LETTER.findall(text))
    if not (han or latin or other):
        return ""
    if other > latin + han:
        return "other"
    return "zh" if han and han * 3 >= latin else "en"


def words(folded: str) -> list[str]:
    """Latin words, numbers and Han runs of a :func:`fold`-ed text, in order; punctuation is dropped."""
    if folded.isascii() and "'" not in folded:
        return folded.translate(_TO_SPACES).split()
    return _PLAIN_WORD.findall(folded)


def code_tokens(text: str | None) -> list[str]:
    """What may be the number of a batch, an order or a serial number, as written and in the order of the text, each once:
    Latin letters, digits and signs between them, with a digit, at least four long. At most sixty."""
    plain = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text or ""))
    found = (code for code in _CODE.findall(plain) if any(sign.isdigit() for sign in code))
    fitting = dict.fromkeys(code for code in found if _SHORTEST_CODE <= len(code) <= _LONGEST_CODE)
    return list(fitting)[:_MOST_CODES]


def is_han(token: str) -> bool:
    """Whether a token of :func:`words` or :func:`canonical_tokens` is a run of Han characters."""
    return bool(token) and token[0] >= "\u3007" and _HAN_RUN.match(token) is not None


def han_ngrams(run: str, sizes: tuple[int, ...] = (2,)) -> list[str]:
    """Overlapping n-grams of a Han run; a run shorter than the smallest size is returned whole."""
    if len(run) < sizes[0]:
        return [run] if run else []
    return [run[i : i + n] for n in sizes for i in range(len(run) - n + 1)]


def canonical_tokens(text: str | None) -> list[str]:
    """Tokens in which numbers, counted units and dates have one spelling, whatever the language they were written in.

    A quantity is one token (``5kg``, ``2pc``, ``26000mi``); a date is ``dYYYYMMDD``; other words and Han runs stay.
    """
    folded = fold(text)
    if _LONE_YEAR.search(folded):
        folded = _canonical_dates(folded)
    found = _canonical_words(folded)
    # Nearly every word of most texts begins with a Latin letter and stays as it is.
    special = [at for at, token in enumerate(found) if not "a" <= token < "{" or token in EN_NUMBERS]
    if not special:
        return found
    out: list[str] = []
    done = 0
    for at in special:
        if at < done:
            continue
        out += found[done:at]
        token = found[at]
        done = at + 1
        if token[0].isdigit() and token[0].isascii():
            done = _take_number(found, at, out)
        elif token in EN_NUMBERS:
            done = _take_number_words(found, at, out)
        elif is_han(token):
            _take_han(token, out)
        else:
            out.append(token)
    return out + found[done:]


def normalise(text: str | None) -> str:
    """:func:`canonical_tokens` joined by single spaces. Idempotent: ``normalise(normalise(x)) == normalise(x)``."""
    return " ".join(canonical_tokens(text))


def _canonical_words(folded: str) -> list[str]:
    """As :func:`words`, with percent signs, and grouped and decimal numbers whole."""
    if folded.isascii() and "'" not in folded and not _GROUPED.search(folded):
        return folded.replace("%", " % ").translate(_TO_SPACES_BUT_PERCENT).split()
    return _WORD.findall(folded)


def _canonical_dates(folded: str) -> str:
    def stamp(year: str, month: int, day: str, whole: str) -> str:
        if 1 <= month <= 12 and 1 <= int(day) <= 31:
            return f" d{year}{month:02d}{int(day):02d} "
        return whole

    folded = _ISO_DATE.sub(lambda m: stamp(m[1], int(m[2]), m[3], m[0]), folded)
    folded = _MONTH_FIRST.sub(lambda m: stamp(m[3], _MONTH_NUMBER[m[1]], m[2], m[0]), folded)
    return _DAY_FIRST.sub(lambda m: stamp(m[3], _MONTH_NUMBER[m[2]], m[1], m[0]), folded)


def _parse_number(token: str) -> float | None:
    """The value of a plain, decimal or grouped number; None for versions, codes with leading zeros, identifiers."""
    if len(token) > MAX_DIGITS and sum(char.isdigit() for char in token) > MAX_DIGITS:
        return None
    if token.isascii() and token.isdigit():
        return None if len(token) > 1 and token[0] == "0" else float(token)
    if _THOUSANDS.match(token):
        return float(token.replace(",", ""))
    if _DECIMAL.match(token):
        return float(token)
    if _DECIMAL_COMMA.match(token):
        return float(token.replace(",", "."))
    return None


def _format_number(value: float) -> str:
    if value == int(value):
        return str(int(value))
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _quantity(value: float, unit: tuple[str, float]) -> str:
    name, factor = unit
    return _format_number(value * factor) + name


def _take_number(found: list[str], at: int, out: list[str]) -> int:
    """Consume the number at ``at`` with its scale word and unit; returns the next position."""
    token = found[at]
    fused = _NUMBER_SUFFIX.match(token)
    if fused:
        value = _parse_number(fused[1])
        unit = EN_UNITS.get(fused[2])
        if value is not None and unit:
            out.append(_quantity(value, unit))
            return at + 1
        if value is None or fused[2] != "k":
            out.append(token)
            return at + 1
        value *= 1000
    else:
        value = _parse_number(token)
        if value is None:
            out.append(token)
            return at + 1
    return _take_unit(found, at + 1, value, out)


def _take_unit(found: list[str], at: int, value: float, out: list[str]) -> int:
    """After a number: scale words (thousand, 万) multiply it, a unit ends it."""
    rest = ""
    while at < len(found):
        token = rest or found[at]
        if token in EN_SCALES:
            value *= EN_SCALES[token]
            at += 1
            continue
        if token in EN_UNITS:
            out.append(_quantity(value, EN_UNITS[token]))
            return at + 1
        if not is_han(token):
            break
        unit = _ZH_UNIT_AT_START.match(token)
        if unit:
            out.append(_quantity(value, ZH_UNITS[unit[0]]))
            _take_han(token[unit.end() :], out)
            return at + 1
        if _ZH_SCALE_AT_START.match(token) and value * ZH_SCALES[token[0]] < 1e15:
            value *= ZH_SCALES[token[0]]
            rest = token[1:]
            if not rest:
                at += 1
            continue
        break
    out.append(_format_number(value) if value < 1e15 else f"{value:.0f}")
    if rest:
        _take_han(rest, out)
        at += 1
    return at


def _take_number_words(found: list[str], at: int, out: list[str]) -> int:
    """``one hundred and five`` and friends; stops where English stops counting."""
    total = group = 0
    last = 0  # size of the last small number, so that "two five" stays two numbers
    while at < len(found):
        token = found[at]
        if token in EN_NUMBERS:
            number = EN_NUMBERS[token]
            if last and not (last >= 20 and number < 10):
                break
            group += number
            last = number
        elif token == "hundred" and group:
            group *= 100
            last = 0
        elif token in EN_SCALES and group:
            total += group * EN_SCALES[token]
            group = last = 0
        elif not (token == "and" and not last and at + 1 < len(found) and found[at + 1] in EN_NUMBERS):
            break
        at += 1
    return _take_unit(found, at, float(total + group), out)


def _zh_number(numeral: str) -> int | None:
    """Value of a Chinese numeral; digit strings (二零二零) read as digits; None when it is not well formed."""
    if not any(char in ZH_SCALES for char in numeral):
        if len(numeral) > MAX_DIGITS:
            return None
        return int("".join(str(ZH_DIGITS[char]) for char in numeral))
    total = section = digit = 0
    limit = inner_limit = 10**12
    for char in numeral:
        if char in ZH_DIGITS:
            if digit:
                return None
            digit = ZH_DIGITS[char]
            continue
        scale = ZH_SCALES[char]
        if scale >= limit:
            return None
        if scale >= 10_000:
            total += (section + digit) * scale
            section = 0
            limit, inner_limit = scale, 10**12
        else:
            if scale >= inner_limit:
                return None
            inner_limit = scale
            section += (digit or 1) * scale
        digit = 0
    return total + section + digit


def _take_han(run: str, out: list[str]) -> None:
    """A Han run with its counted quantities (三十公斤) cut out as number tokens."""
    if not run:
        return
    start = 0
    if _HAS_ZH_NUMERAL.search(run):
        for match in _ZH_QUANTITY.finditer(run):
            value = _zh_number(match[1])
            if value is None:
                continue
            if match.start() > start:
                out.append(run[start : match.start()])
            out.append(_quantity(float(value), ZH_UNITS[match[2]]))
            start = match.end()
    if start < len(run):
        out.append(run[start:])
