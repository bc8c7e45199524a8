"""Says things in the language of whoever reads them, where a job or another person writes them down."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Inside, `_()` and formatted dates are in `language`."""
    before = frappe.local.lang
    frappe.local.lang = language
    try:
        yield
    finally:
        frappe.local.lang = before
