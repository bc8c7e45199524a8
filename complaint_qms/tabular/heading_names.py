"""Headings compared with the names of fields: the same, nearly the same, or a name inside a heading."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from complaint_qms.tabular import heading_words as words
from complaint_qms.tabular.fields import Field
from complaint_qms.tabular.mojibake import mended

# Words too general to decide when they only end a longer heading.
GENERIC = frozenset(
    (
        "id", "no", "number", "name", "key", "date", "time", "source", "area", "label", "reason", "model", "user", "contact", "code",
        "numero", "nr", "nummer", "ref", "datum", "fecha", "data", "hora", "typ", "art", "nature", "origine", "ort", "land", "valor", "via",
        "amount", "make", "origin", "title", "titel", "titre", "titulo", "grade", "component", "version", "location", "owner", "item", "agent",
    )
)  # fmt: skip
_PER_VARIANT = 0.08
_PER_PLACE = 0.01
_SHORTEST_COMPOUND = 7
_SHORTEST_OF_DATES = 6
_WRAPPED = re.compile(r"^custom field (?P<name>.+)$")
_SIGN_OF_NUMBER = re.compile(r"(?i)(?<!\w)n°|#")
_PARENTHESES = re.compile(r"[(\[（【][^)\]）】]*[)\]）】]")
_NUMBERED = re.compile(r"^column \d+$")


def fold_heading(name: str) -> str:
    """Heading as compared: width, accents and case folded, camelCase split, punctuation as single blanks."""
    name = unicodedata.normalize("NFKC", mended(name))
    if not name.isascii():
        split = unicodedata.normalize("NFD", name)
        name = unicodedata.normalize("NFC", "".join(c for c in split if not "\u0300" <= c <= "\u036f"))
    name = re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})", " ", name)
    name = _SIGN_OF_NUMBER.sub(" no ", re.sub(r"__[cr]$", "", name))
    return re.sub(r"[\W_]+", " ", name.casefold()).strip()


def without_remarks(name: str) -> str:
    """The same of what stands outside of brackets: ``Raised By (Email)`` → ``raised by``."""
    return fold_heading(_PARENTHESES.sub(" ", name))


def exact(spec: Field, heading: str) -> float:
    """How much a heading that is a name of the field speaks for it; 0 where it is none."""
    best = 0.0
    for order, variant in enumerate(_variants(heading)):
        place = spec.names.get(variant)
        if place is not None:
            best = max(best, 2.0 - place * _PER_PLACE - order * _PER_VARIANT)
    return best


def inside(spec: Field, heading: str) -> float:
    """The same of a name inside a heading, by the share of the heading that it is."""
    if not words.NOT_WITH.get(spec.key, frozenset()).isdisjoint(heading.split()):
        return 0.0
    best = 0.0
    last = heading.rpartition(" ")[2]
    for name in spec.names:
        if not name.isascii():
            hit = len(name) >= 2 and name in heading
        elif " " in name:
            hit = f" {name} " in f" {heading} "
        else:
            hit = name not in GENERIC and len(name) > 2 and heading.endswith(" " + name)
            # German writes it as one word.
            hit = hit or (len(name) >= _SHORTEST_COMPOUND and len(last) > len(name) and last.endswith(name))
        if hit:
            best = max(best, len(name) / len(heading))
    return best


@lru_cache(maxsize=4096)
def names_another_date(heading: str) -> str:
    """``due``, ``changed`` or ``life`` for the heading of such a date, else ""."""
    padded, last = f" {heading} ", heading.rpartition(" ")[2]
    for role, names in words.OTHER_DATES.items():
        for name in names:
            if (f" {name} " in padded) if name.isascii() else (name in heading):
                return role
            if len(name) >= _SHORTEST_OF_DATES and (last.startswith(name) or last.endswith(name)):
                return role
    return ""


def without_parts(heading: str) -> frozenset[str]:
    """The words of a heading that tell of what a date or time is."""
    return frozenset(heading.split()) - words.DATE_WORDS - words.CLOCKS


def stem_of_day(heading: str) -> str:
    """Of what a date or a time of day is that German writes as one word: ``meldungs`` of *Meldungsdatum* and *Meldungszeit*."""
    return next((heading.removesuffix(end) for end in words.COMPOUND_DATES if heading.endswith(end)), "")


def numbered(name: str) -> bool:
    """Is this the name that a column without a heading gets?"""
    return _NUMBERED.match(name) is not None


@lru_cache(maxsize=4096)
def _variants(heading: str) -> tuple[str, ...]:
    """A heading and what is left of it without a wrapping or a word that only says what the file is about."""
    found = [heading]
    if wrapped := _WRAPPED.match(heading):
        found.append(wrapped["name"])
    first, _, rest = found[-1].partition(" ")
    if rest and first in words.ABOUT_COMPLAINTS:
        found.append(rest)
    *before, last = found[-1].split() or [""]
    if before and (last in words.CURRENCIES or last in words.AMOUNT_UNITS):
        if before[-1] in ("in", "en", "em") and len(before) > 1:
            before.pop()
        found.append(" ".join(before))
    for prefix in words.ABOUT_COMPLAINTS_CJK:
        if heading.startswith(prefix) and len(heading) > len(prefix):
            found.append(heading[len(prefix) :])
    return tuple(found)
