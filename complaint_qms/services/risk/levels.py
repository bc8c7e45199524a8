"""Severities and occurrences as people choose them: by weight, each with its definition."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _

LEVELS: Final = ("Risk Severity", "Risk Occurrence")


def offered(doctype: str, text: str, filters: Any, start: int, count: int) -> list[tuple[str, str]]:
    """(name, definition) of the levels in use that match a text in either language, the least first; one query.

    Args:
        filters: of the link field, as Frappe's lists take them.
    """
    rows = frappe.get_list(
        doctype,
        filters=filters or {},
        fields=["name", "description", "rank", "disabled"],
        order_by="name asc",
        limit=0,
    )
    wanted = text.strip().casefold()
    matching = [
        (row.name, row.description or "")
        for row in sorted(rows, key=lambda row: row.rank)
        if not row.disabled and any(wanted in name.casefold() for name in (row.name, _(row.name)))
    ]
    return matching[start : start + count]
