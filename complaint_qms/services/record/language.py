"""Says things in the language of whoever reads them, where a job or another person writes them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

import frappe

_OTHERS: Final = (", ", "; ")
_PUNCTUATION: Final = {"zh": ("、", "；")}
"""Language → what stands between things of a list, and between clauses; no catalogue of translations holds bare signs."""


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


def _signs() -> tuple[str, str]:
    return _PUNCTUATION.get((frappe.local.lang or "").split("-")[0], _OTHERS)
