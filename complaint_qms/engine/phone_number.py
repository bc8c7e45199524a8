"""Telephone numbers as people write them: with or without country code, blanks, brackets, full-width digits and an extension.

Stored numbers are compared from their last digit on, because what differs between two spellings of a number stands at its
beginning: `+86 21 5566 7788`, `0086 21 …`, `021-5566 7788` and `5566 7788` all end alike.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import phonenumbers

PHONE_END: Final = 9
"""Of `stored_digits`: what follows is the country, or the zero in its place."""
FEWEST_DIGITS: Final = 5
MOST_DIGITS: Final = 20
_LOCAL_DIGITS: Final = 7
MOST_SIGNS: Final = 20
"""Of a number that `storable` gives: more of them the framework's check of a telephone field refuses."""
_INSIDE: Final = r"(?i)(?:\s*[,;]?\s*(?:extension|extn?|ext|durchwahl|app|x|#|转分机|分机号|分机|内线|转)\s*[.:：]?\s*(\d{1,6}))"
_EXTENSION: Final = re.compile(_INSIDE + r"\s*\Z")
_FOLLOWS: Final = re.compile(_INSIDE + r"(?!\d)")
_TAKEN: Final = re.compile(r"[0-9 +_\-,.*#()]+")
_MOST_OF_ONE: Final = 15
_BLANKS: Final = re.compile(r"(?<![A-Za-z0-9])\+?[\s(]{0,2}[0-9](?:[\s().\-–—·_]{0,3}[0-9])+")
_CLOSE: Final = re.compile(r"(?<![A-Za-z0-9])\+?\(?[0-9](?:[().\-–—·_]{0,2}[0-9])+")
# 030/901820: between an area code and the number a stroke joins, between two numbers it does not
_STROKE: Final = re.compile(r"(?<![\d-])((?:\+\d{1,3}\s?)?\(?\d{2,5}\)?)\s?/\s?(?=\d{3})")
_MADE_OF: Final = re.compile(r"(?i)(?:tel|phone|mobile|fax|电话|手机|座机)?\s*[.:：]?\s*[+\d\s().\-–—/·_]+\Z")
_TRUNK: Final = re.compile(r"\(\s*0\s*\)")
_SEPARATORS: Final = re.compile(r"[\W_]+")
_ZEROS: Final = re.compile(r"\A(?:00|011)(?=[1-9])")


def is_number(text: str | None) -> bool:
    """Whether a text is a telephone number and nothing else."""
    plain = _without_extension(_plain(text))
    return bool(_MADE_OF.match(plain)) and len(_digits(plain)) >= FEWEST_DIGITS


def storable(text: str | None) -> str:
    """The first number of a text as the framework's check of a telephone field takes it, its extension behind a `#` where there is room;
    empty where there is none. What is such a number already stays as it was written, but for full-width signs."""
    plain = _folded(text)
    if _TAKEN.fullmatch(plain) and len(plain) <= MOST_SIGNS and len(_digits(plain)) >= FEWEST_DIGITS:
        return plain
    plain = _STROKE.sub(r"\1-", _TRUNK.sub(" ", plain))
    for found in _BLANKS.finditer(plain):
        digits = len(_digits(found[0]))
        if FEWEST_DIGITS <= digits <= _MOST_OF_ONE:
            return _short(found[0], _FOLLOWS.match(plain, found.end()))
        if digits > _MOST_OF_ONE and (first := _first_of_several(found[0])):
            return _short(first, None)
    for found in _CLOSE.finditer(plain):
        if FEWEST_DIGITS <= len(_digits(found[0])) <= _MOST_OF_ONE:
            return _short(found[0], _FOLLOWS.match(plain, found.end()))
    return ""


def says_more(text: str | None) -> bool:
    """Whether a text holds other letters and digits than the number that `storable` makes of it."""
    return _SEPARATORS.sub("", _folded(text)) != _SEPARATORS.sub("", storable(text))


def stored_digits(text: str | None) -> str:
    """The digits of a number without its extension, last one first, at most `MOST_DIGITS`; empty for what is none.

    What a database keeps beside a number, to find it by what it ends with through an index.
    """
    digits = _digits(_without_extension(_plain(text)))
    return digits[::-1][:MOST_DIGITS] if len(digits) >= FEWEST_DIGITS else ""


def endings(text: str | None, region: str | None = None) -> tuple[str, ...]:
    """What `stored_digits` of the same number begin with, whichever way either was written; nothing for what is no number.

    Args:
        region: ISO code of the country whose national spelling it may be.
    """
    if not is_number(text):
        return ()
    plain = _without_extension(_plain(text))
    significant = _significant(plain, region) or _digits(plain).lstrip("0")
    return (significant[::-1][:MOST_DIGITS],) if len(significant) >= FEWEST_DIGITS else ()


def shorter_spellings(text: str | None, region: str | None = None) -> tuple[str, ...]:
    """Whole `stored_digits` of records that may hold a number without its area code: its last eight and seven digits."""
    return tuple(
        ending[:count] for ending in endings(text, region) for count in (8, 7) if len(ending) > count + 1
    )


def agreement(one: str | None, other: str | None, region: str | None = None) -> float:
    """How surely two spellings are of one number: 1.0 in full, 0.8 where one lacks the country, 0.5 where it lacks the area
    code as well, 0.3 where only a few digits are there, 0.0 for two numbers."""
    left, right = _read(one, region), _read(other, region)
    if not left or not right:
        return 0.0
    if left[0] and right[0]:
        return 1.0 if left == right else 0.0
    if left[1] == right[1]:
        return 1.0 if not left[0] and not right[0] else _of_country(left[0] or right[0], region)
    country, national, short = (*left, right[1]) if left[0] else (*right, left[1])
    if country and f"{country}{national}" == short:
        return 0.8
    shorter, longer = sorted((national, short), key=len)
    if (country and shorter == national) or not longer.endswith(shorter) or len(shorter) < FEWEST_DIGITS:
        return 0.0
    return 0.5 if len(shorter) >= _LOCAL_DIGITS else 0.3


def _read(text: str | None, region: str | None) -> tuple[str, str] | None:
    """(country, national number) where the country is said, ("", digits without the zeros in front) where it is not."""
    plain = _without_extension(_plain(text))
    digits = _digits(plain)
    if len(digits) < FEWEST_DIGITS:
        return None
    if plain.startswith("+") or _ZEROS.match(digits):
        number = _parsed(plain, region)
        if number:
            import phonenumbers  # its tables are loaded where somebody looks for a number, not at registering

            return str(number.country_code), phonenumbers.national_significant_number(number)
    return "", digits.lstrip("0")


def _of_country(country: str, region: str | None) -> float:
    import phonenumbers  # its tables are loaded where somebody looks for a number, not at registering

    own = str(phonenumbers.country_code_for_region(region)) if region else ""
    return 1.0 if own == country else 0.8


def _significant(plain: str, region: str | None) -> str:
    number = _parsed(plain, region)
    if not number:
        return ""
    import phonenumbers  # its tables are loaded where somebody looks for a number, not at registering

    return phonenumbers.national_significant_number(number)


def _parsed(plain: str, region: str | None) -> phonenumbers.PhoneNumber | None:
    """The number as its country understands it; None where it is none of that country or of the world."""
    import phonenumbers  # its tables are loaded where somebody looks for a number, not at registering

    spelled = _ZEROS.sub("+", _digits(plain, "+"))
    try:
        number = phonenumbers.parse(spelled, None if spelled.startswith("+") else region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def _first_of_several(numbers: str) -> str:
    """The first of numbers with nothing but blanks between them; empty where nothing says where it ends.

    It ends before another `+`, else in the middle where both have as many digits, else before the last zero that begins a
    group, as an area code does.
    """
    groups = numbers.split()
    splits = [(" ".join(groups[:at]), groups[at], " ".join(groups[at:])) for at in range(1, len(groups))]
    fits = [split for split in splits if FEWEST_DIGITS <= len(_digits(split[0])) <= _MOST_OF_ONE]
    tries = (
        [one for one, begins, _ in fits if begins.startswith(("+", "(+"))],
        [one for one, _, rest in fits if _national_length(one) == _national_length(rest)],
        [one for one, begins, _ in fits if begins.startswith(("0", "(0"))][::-1],
    )
    return next((found[0] for found in tries if found), "")


def _national_length(number: str) -> int:
    """The digits of a number without the country where it is said: what another number of that country has as many of."""
    return len(_digits(re.sub(r"\A\(?(?:\+|00)\d{1,3}\)?\s", "", number)))


def _short(number: str, extension: re.Match[str] | None) -> str:
    """A number in few enough signs: as it was written, else its digits alone; with its extension, else without."""
    written = re.sub(r"[–—·]", "-", " ".join(number.split()))
    bare = "+" * number.startswith("+") + _digits(number)
    added = f"#{extension[1]}" if extension else ""
    forms = (written + added, bare + added, written, bare)
    return next(form for form in forms if len(form) <= MOST_SIGNS)


def _folded(text: str | None) -> str:
    """Full-width signs and digits of other scripts as those of ASCII."""
    folded = unicodedata.normalize("NFKC", text or "").strip()
    return "".join(str(unicodedata.decimal(sign, sign)) for sign in folded)


def _plain(text: str | None) -> str:
    folded = unicodedata.normalize("NFKC", text or "").strip()
    return _TRUNK.sub(" ", folded)


def _without_extension(plain: str) -> str:
    return _EXTENSION.sub("", plain)


def _digits(plain: str, also: str = "") -> str:
    return "".join(sign for at, sign in enumerate(plain) if ("0" <= sign <= "9") or (sign in also and at < 8))
