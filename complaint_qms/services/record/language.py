"""Says things in the language of whoever reads them, where a job or another person writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Final

import frappe
from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton

_OTHERS: Final = (", ", "; ", ": ", " ")
_PUNCTUATION: Final = {"zh": ("、", "；", "：", "")}
"""Language → what stands between things of a list, between clauses, after a name and before what it is, and between sentences;
no catalogue of translations holds bare signs. `public/js/language.js` has the same for the desk."""


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, `_()` and formatted dates are in `language`."""
    before = frappe.local.lang
    frappe.local.lang = language
    try:
        yield
    finally:
        frappe.local.lang = before


def comma_list(things: Iterable[str]) -> str:
    """Things of a list, with what stands between them in the present language."""
    return _signs()[0].join(things)


def clause_list(parts: Iterable[str]) -> str:
    """Parts of a sentence that hold commas themselves, likewise."""
    return _signs()[1].join(parts)


def labelled(name: str, said: str) -> str:
    """What something is called, and what it is: "Batch: B-1"."""
    return f"{name}{_signs()[2]}{said}"


def sentence_list(sentences: Iterable[str]) -> str:
    """Whole sentences, one after another."""
    return _signs()[3].join(filter(None, sentences))


def month_name(day: date) -> str:
    """The month of a day with its year, short: “Dec 2025”, “2025年12月”."""
    return format_skeleton("yMMM", day, locale=_locale())


def month_day(day: date) -> str:
    """A day without its year: “Dec 24”, “12月24日”."""
    return format_skeleton("MMMd", day, locale=_locale())


def day_in_words(day: date) -> str:
    """A day whose month nobody takes for its day: “April 3, 2026”, “2026年4月3日”."""
    return format_date(day, "long", locale=_locale())


def _locale() -> Locale:
    """What is known of the present language's dates; English where nothing is."""
    try:
        return Locale.parse(frappe.local.lang or "en", sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _signs() -> tuple[str, str, str, str]:
    return _PUNCTUATION.get((frappe.local.lang or "").split("-")[0], _OTHERS)
