"""Numbers of batches, serial numbers and documents as people mistype them: O for 0, l for 1, neighbours swapped, blanks and
hyphens missing or added, full-width digits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import product
from typing import Final

_PART: Final = re.compile(r"[A-Z0-9]+")
_JOINT: Final = re.compile(r"[\s\-_./·–—#]{0,3}\Z")
_ALIKE: Final = ("0O", "1IL")
_ALSO_ALIKE: Final = ("5S", "8B", "2Z")
_ALL_DIGITS: Final = re.compile(r"(?=.*\d)[\dOIL]+\Z")
_FOLDED: Final = str.maketrans("OIL", "011")
_MOST_ALIKE: Final = 64
_MOST_PARTS: Final = 5
_LONGEST: Final = 40
_FEWEST_DIGITS: Final = 3
_MOST_FOUND: Final = 120
_TEXT: Final = 5_000

EXACT, SEPARATED, CONFUSED, SWAPPED = 1.0, 0.95, 0.85, 0.75
"""How surely a number was meant that is written just so, with other separators, with signs that look alike, with neighbours
swapped."""


def numbers_in(text: str | None) -> list[str]:
    """What may be a number, with whatever separates its parts, in the order of the text: `MAT-DN-2026-00012`, `SN 12345`.
    The longest first where one lies in another; at most 120."""
    plain = unicodedata.normalize("NFKC", (text or "")[:_TEXT]).upper()
    parts = list(_PART.finditer(plain))
    found: dict[str, None] = {}
    for at, first in enumerate(parts):
        last = at
        while (
            last + 1 < min(len(parts), at + _MOST_PARTS)
            and _JOINT.match(plain[parts[last].end() : parts[last + 1].start()])
            and parts[last + 1].end() - first.start() <= _LONGEST
        ):
            last += 1
        for end in range(last, at - 1, -1):
            number = plain[first.start() : parts[end].end()]
            if _digits(number) >= _FEWEST_DIGITS:
                found[number] = None
    return list(found)[:_MOST_FOUND]


def compact(number: str) -> str:
    """A number without separators, signs that look alike as one: what two spellings of it have in common."""
    return "".join(_PART.findall(unicodedata.normalize("NFKC", number).upper())).translate(_FOLDED)


def spellings(number: str) -> dict[str, float]:
    """Numbers that may be meant by one as it is typed → how surely; itself with `EXACT`. At most a few hundred."""
    plain = unicodedata.normalize("NFKC", number).strip().upper()
    found = {plain: EXACT}

    def add(spelling: str, weight: float) -> None:
        found.setdefault(spelling, weight)

    joined = "".join(_PART.findall(plain))
    for one in (joined, *("-".join(_PART.findall(plain)),)):
        add(one, SEPARATED)
    for boundary in _with_hyphens(joined):
        add(boundary, SEPARATED)
    add(_digits_meant(plain), CONFUSED)
    for one in list(found):
        for spelling in _alike(one, _ALIKE):
            add(spelling, CONFUSED)
    for spelling in _alike(plain, _ALSO_ALIKE):
        add(spelling, SWAPPED)
    for at in range(len(plain) - 1):
        left, right = plain[at], plain[at + 1]
        if left != right and left.isalnum() and right.isalnum():
            add(f"{plain[:at]}{right}{left}{plain[at + 2 :]}", SWAPPED)
    return found


def of_series(number: str, prefixes: Iterable[str], digits: int = 5) -> set[str]:
    """Numbers of series that a number may be, whatever stands between its parts: `SALORD2026 12` is `SAL-ORD-2026-00012`."""
    folded, found = compact(number), set()
    for prefix in prefixes:
        begins = compact(prefix)
        rest = folded[len(begins) :]
        if begins and folded.startswith(begins) and rest.isdigit() and len(rest) <= digits + 3:
            found.add(f"{prefix}{rest.zfill(digits)}")
    return found


def as_spelled(number: str, samples: Iterable[str]) -> set[str]:
    """A number with the separators that others of its kind have in the same places: `LOT2026 7A` is `LOT-20267-A` where they are
    called `LOT-20001-B`. Signs that look alike are tried as digits as well."""
    masks = {_PART.sub(lambda part: "x" * len(part[0]), sample.upper()) for sample in samples}
    joined = "".join(_PART.findall(unicodedata.normalize("NFKC", number).upper()))
    found = set()
    for mask in masks:
        if mask.count("x") == len(joined):
            signs = iter(joined)
            spelled = "".join(next(signs) if place == "x" else place for place in mask)
            found |= {spelled, _digits_meant(spelled)}
    return found


def _digits_meant(number: str) -> str:
    """Parts of digits and signs that look like one, as digits."""
    return _PART.sub(
        lambda part: part[0].translate(_FOLDED) if _ALL_DIGITS.match(part[0]) else part[0], number
    )


def _with_hyphens(joined: str) -> Iterable[str]:
    """The number cut where letters and digits meet."""
    parts = re.findall(r"[A-Z]+|\d+", joined)
    if 1 < len(parts) <= _MOST_PARTS:
        yield "-".join(parts)
        yield f"{parts[0]}-{''.join(parts[1:])}"


def _alike(number: str, groups: tuple[str, ...]) -> Iterable[str]:
    """Spellings with other signs of a group in the place of one: all of them where there are few, else one at a time."""
    group_of = {sign: group for group in groups for sign in group}
    places = [at for at, sign in enumerate(number) if sign in group_of]
    choices = [group_of[number[at]] for at in places]
    count = 1
    for choice in choices:
        count *= len(choice)
    if count <= _MOST_ALIKE:
        for signs in product(*choices):
            spelled = list(number)
            for at, sign in zip(places, signs, strict=True):
                spelled[at] = sign
            yield "".join(spelled)
        return
    for at, choice in zip(places, choices, strict=True):
        for sign in choice:
            yield f"{number[:at]}{sign}{number[at + 1 :]}"


def _digits(number: str) -> int:
    # O and l are counted as well: they may be meant for digits.
    return sum(sign.isdigit() or sign in "OIL" for sign in number) if any(map(str.isdigit, number)) else 0
