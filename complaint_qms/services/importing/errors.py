"""Rows that made no complaint: kept with the batch that met them, given out as one file at the end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.services.importing.values import RowError

ROWS = "Complaint Import Error"


def keep(name: str, found: Iterable[RowError]) -> None:
    """Store bad rows in the running transaction."""
    now, user = frappe.utils.now(), frappe.session.user
    values = [
        (frappe.generate_hash(length=10), now, now, user, user, name, "Complaint Import", error.row, error.column[:140], error.reason, json.dumps(error.cells, ensure_ascii=False))
        for error in found
    ]  # fmt: skip
    if values:
        columns = [
            "name",
            "creation",
            "modified",
            "owner",
            "modified_by",
            "parent",
            "parenttype",
            "row_number",
            "column_name",
            "reason",
            "cells",
        ]
        frappe.db.bulk_insert(ROWS, columns, values)


def as_csv(headings: list[str], found: Iterable[tuple[int, str, str, list[str]]]) -> str:
    """The file of bad rows: row, column, reason, then the row as it was."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_("Row"), _("Column"), _("Reason"), *headings])
    for row, column, reason, cells in found:
        writer.writerow([row, column, reason, *(_plain(cell) for cell in cells)])
    return text.getvalue()


def attach(doc: Document, headings: list[str]) -> str | None:
    """Attach the file of bad rows to the import as a private file; its address, None without bad rows."""
    table = frappe.qb.DocType(ROWS)
    rows = (
        frappe.qb.from_(table)
        .select(table.row_number, table.column_name, table.reason, table.cells)
        .where(table.parent == doc.name)
        .orderby(table.row_number)
        .run()
    )
    if not rows:
        return None
    content = as_csv(
        headings, ((row, column, reason, json.loads(cells or "[]")) for row, column, reason, cells in rows)
    )
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"{doc.name}-errors.csv",
            "attached_to_doctype": doc.doctype,
            "attached_to_name": doc.name,
            "content": "\ufeff" + content,  # spreadsheets take it for UTF-8 then
            "is_private": 1,
        }
    )
    return file.insert(ignore_permissions=True).file_url


def forget(name: str) -> None:
    """Drop the bad rows of an import that is deleted."""
    frappe.db.delete(ROWS, {"parent": name})


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula is given as text."""
    return (
        f"'{cell}"
        if cell[:1] in ("=", "+", "-", "@") and not cell.lstrip("+-").replace(".", "", 1).isdigit()
        else cell
    )
