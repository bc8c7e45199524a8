"""A record read in order to be changed, without holding up anybody who changes another one.

The framework reads a record that it saves, and the rows of its tables, FOR UPDATE. The rows are found by the name of their record, and what
is locked is then also the gap behind them, into which the newest records of the site write their first rows: two new complaints that are
saved at the same moment would wait for each other. Rows that are asked for by their own names lock nothing besides themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.services.encryption.encrypted_values import decrypt_values


def read_locked(doc: Document, read: Callable[[], Document]) -> None:
    """Lock a record and the rows it has, and read it; `read` is the framework's way.

    An ordinary read shows what was true when the transaction began. Where that is no longer so, the framework's locking read is taken, with its gaps.
    """
    stored = frappe.db.get_value(doc.doctype, doc.name, "*", as_dict=True, for_update=True)
    decrypt_values(doc.doctype, stored or {})
    if not stored or not _read_ordinarily(doc, read) or not _is_current(doc, stored):
        read()


def keeps_rows(doc: Document, table: str) -> bool:
    """Whether a save takes no row out of a table, so that there is nothing to delete: a DELETE that finds nothing locks the gap just the same."""
    before = doc.get_doc_before_save()
    return bool(before) and _names(before, table) <= _names(doc, table)


def _read_ordinarily(doc: Document, read: Callable[[], Document]) -> bool:
    doc.flags.for_update = False
    try:
        read()
    except frappe.DoesNotExistError:
        frappe.clear_last_message()  # it was made after this transaction began
        return False
    finally:
        doc.flags.for_update = True
    return True


def _is_current(doc: Document, stored: Mapping[str, Any]) -> bool:
    if not _agrees(doc, stored):
        return False
    for field in doc.meta.get_table_fields():
        rows = {row.name: row for row in doc.get(field.fieldname) or ()}
        if not rows or field.is_virtual:
            continue
        table = frappe.qb.DocType(field.options)
        locked = (
            frappe.qb.from_(table)
            .select("*")
            .where(table.name.isin(sorted(rows)))
            .for_update()
            .run(as_dict=True)
        )
        if len(locked) < len(rows) or not all(_agrees(rows[row.name], row) for row in locked):
            return False
    return True


def _agrees(doc: Document, stored: Mapping[str, Any]) -> bool:
    return all(doc.get(column) == value for column, value in stored.items())


def _names(doc: Document, table: str) -> set[str]:
    return {row.name for row in doc.get(table) or () if row.name}
