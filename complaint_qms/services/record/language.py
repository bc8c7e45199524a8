"""Says things in the language of whoever reads them, where a job or another person writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import frappe

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


def _signs() -> tuple[str, str, str, str]:
    return _PUNCTUATION.get((frappe.local.lang or "").split("-")[0], _OTHERS)
