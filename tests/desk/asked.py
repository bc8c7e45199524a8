"""What is asked of the database while something runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe


@contextmanager
def queries() -> Iterator[list[str]]:
    """The statements, as they are sent and in their order; those of saving points left out."""
    seen: list[str] = []
    ask = frappe.db.sql

    def watched(query: object, *args: object, **kwargs: object) -> object:
        if "savepoint" not in str(query).lower():
            seen.append(str(query))
        return ask(query, *args, **kwargs)

    frappe.db.sql = watched
    try:
        yield seen
    finally:
        frappe.db.sql = ask
