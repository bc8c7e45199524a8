"""Refuses numbers that no date could be reckoned with, where they are entered and not where somebody else stumbles."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, flt

from complaint_qms.constants.number_limits import MOST
from complaint_qms.services.record import input_validation


def check_numbers(doc: Document) -> None:
    """What a record and its rows newly give lies within `MOST`; what they hold already stays as it is.

    Raises:
        frappe.ValidationError: naming every field, and the row where it is one of a table.
    """
    before = doc.get_doc_before_save()
    stored = {(row.doctype, row.name): row for row in _records(before)} if before else {}
    wrong = []
    for row in _records(doc):
        known = stored.get((row.doctype, row.name))
        for field, most in MOST.get(row.doctype, {}).items():
            value = flt(row.get(field))
            if 0 <= value <= most or (known and flt(known.get(field)) == value):
                continue
            wrong.append(_sentence(doc, row, field, value, most))
    if wrong:
        input_validation.refuse(*wrong)


def within(doctype: str, field: str, value: int) -> int:
    """A stored number as far as it can be reckoned with."""
    return min(max(value, 0), MOST[doctype][field])


def _records(doc: Document) -> Iterator[Document]:
    """A record and its rows, as far as they have such numbers."""
    if doc.doctype in MOST:
        yield doc
    for table in doc.meta.get_table_fields():
        if table.options in MOST:
            yield from doc.get(table.fieldname) or ()


def _sentence(doc: Document, row: Document, field: str, value: float, most: int) -> str:
    label = escape_html(_(row.meta.get_label(field)))
    if row is not doc:
        label = _("{0}, row {1}, {2}").format(_(doc.meta.get_label(row.parentfield)), row.idx, label)
    if value < 0:
        text = _("{0} is below 0. Enter 0 or more.").format(_in_words(row, field, value))
    else:
        text = _("{0} is too large; {1} is the most.").format(
            _in_words(row, field, value), _in_words(row, field, most)
        )
    return _("{0}: {1}").format(label, text)


def _in_words(row: Document, field: str, value: float) -> str:
    return frappe.format_value(value, df=row.meta.get_field(field)) if value else "0"
