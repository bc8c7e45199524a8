"""Columns and words that reports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import frappe
from frappe import _


def column(fieldname: str, title: str, fieldtype: str = "Data", width: int = 110, **more: object) -> dict:
    """One report column; `title` is translated already, `more` goes along to the report view.

    `link_to` names the DocType that the cell opens (or `link_from` the column that holds it). It is not a Link
    column: for those the framework filters the rows a second time by the rules of the linked DocType, and the table
    would no longer agree with its own totals.
    """
    made = {"fieldname": fieldname, "label": title, "fieldtype": fieldtype, "width": width, **more}
    # The view takes a text column without any text for a number and sets it to the right.
    return {"align": "left"} | made if fieldtype == "Data" else made


def summary(title: str, value: object, indicator: str = "", datatype: str = "Int") -> dict:
    """One number above a report; `indicator` is green, orange, red or blue."""
    return {"label": title, "value": value, "indicator": indicator, "datatype": datatype}


def percent(part: float, whole: float) -> float | None:
    """`part` of `whole` in percent to one place; None of nothing."""
    return round(100 * part / whole, 1) if whole else None


def money(amounts: Mapping[str, float]) -> str:
    """Amounts by currency in words, never added up across currencies."""
    shown = [
        frappe.utils.fmt_money(amount, currency=currency) for currency, amount in sorted(amounts.items())
    ]
    return " + ".join(shown)


def nothing_found(has_filters: bool) -> str:
    """What an empty report says, and what to do about it."""
    if has_filters:
        return _("No complaints match these filters. Widen the period or clear a filter.")
    return _("No complaints have been registered yet. Register the first one from the Complaint list.")


def sentences(parts: Sequence[str]) -> str:
    """Paragraphs of a report's message."""
    return "".join(f"<p>{part}</p>" for part in parts if part)
