"""Columns and words that reports share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from frappe import _
from frappe.utils import fmt_money
from frappe.utils.xlsxutils import handle_html

from complaint_qms.tabular.rows import guarded

PERCENT_PLACES: Final = 1


def column(fieldname: str, title: str, fieldtype: str = "Data", width: int = 110, **more: object) -> dict:
    """One report column; `title` is translated already, `more` goes along to the report view.

    `link_to` names the DocType that the cell opens (or `link_from` the column that holds it). It is not a Link
    column: for those the framework filters the rows a second time by the rules of the linked DocType, and the table
    would no longer agree with its own totals. `shipped` says that the cell holds a word of a vocabulary.
    """
    made = {"fieldname": fieldname, "label": title, "fieldtype": fieldtype, "width": width, **more}
    if fieldtype == "Percent":
        made = {"precision": PERCENT_PLACES} | made
    # The view takes a text column without any text for a number and sets it to the right.
    return {"align": "left"} | made if fieldtype == "Data" else made


def spreadsheet_safe(result: tuple) -> tuple:
    """A report whose texts no spreadsheet takes for formulas once it is exported; numbers stay numbers.

    The export calls the report as its view does, which takes the mark off again (`report_filters.js`).
    """
    fields = [one["fieldname"] for one in result[0] if one["fieldtype"] in ("Data", "Link")]
    for row in result[1]:
        for field in fields:
            text = row.get(field)
            # Letters and digits, which most texts begin with, begin no formula.
            if text and isinstance(text, str) and ("<" in text or not text[0].isalnum()):
                row[field] = _safe(text)
    return result


def summary(title: str, value: object, indicator: str = "", datatype: str = "Int") -> dict:
    """One number above a report; `indicator` is green, orange, red or blue."""
    if datatype == "Percent" and value is not None:
        # The view would show as many places as the site has for any number.
        value, datatype = f"{fmt_money(value, precision=PERCENT_PLACES)}%", "Data"
    return {"label": title, "value": value, "indicator": indicator, "datatype": datatype}


def percent(part: float, whole: float) -> float | None:
    """`part` of `whole` in percent to one place; None of nothing."""
    return round(100 * part / whole, PERCENT_PLACES) if whole else None


def money(amounts: Mapping[str, float]) -> str:
    """Amounts by currency in words, never added up across currencies."""
    shown = [fmt_money(amount, currency=currency) for currency, amount in sorted(amounts.items())]
    return " + ".join(shown)


def nothing_found(has_filters: bool) -> str:
    """What an empty report says, and what to do about it."""
    if has_filters:
        return _("No complaints match these filters. Widen the period or clear a filter.")
    return _("No complaints have been registered yet. Register the first one from the Complaint list.")


def sentences(parts: Sequence[str]) -> str:
    """Paragraphs of a report's message."""
    return "".join(f"<p>{part}</p>" for part in parts if part)


def _safe(text: str) -> str:
    """A workbook gets a text without its tags: what is a formula then counts as well."""
    if guarded(text) == text and guarded(handle_html(text)) != handle_html(text):
        return f"'{text}"
    return guarded(text)
