"""Rows that made no complaint: kept with the batch that met them, given out as one file at the end."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.services.importing.row_values import RowError
from complaint_qms.tabular.limits import batched
from complaint_qms.tabular.rows import IMPORT_ERRORS_HEADINGS, guarded, own_columns

ROWS = "Complaint Import Error"
PAGE = 20_000
ROOM = 20_000  # bytes for headings and the last line
_COLUMNS = [
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
STATEMENT = 2_000_000  # characters of rows in one statement; the database takes 16 MB


def store_row_errors(name: str, found: Iterable[RowError]) -> None:
    """Store bad rows in the running transaction."""
    now, user = frappe.utils.now(), frappe.session.user
    values = [
        (frappe.generate_hash(length=10), now, now, user, user, name, "Complaint Import", error.row, error.column[:140], error.reason, json.dumps(error.cells, ensure_ascii=False))
        for error in found
    ]  # fmt: skip
    for part in batched(values, PAGE, lambda row: row[-1:], STATEMENT):
        frappe.db.bulk_insert(ROWS, _COLUMNS, part)


def as_csv(headings: list[str], found: Iterable[tuple[int, str, str, list[str]]]) -> str:
    """The file of bad rows: row, column, reason, then the row as it was."""
    return "".join(_lines(headings, found))


def attach(doc: Document, headings: list[str]) -> str | None:
    """Attach the file of bad rows to the import as a private file; its address, None without bad rows.

    A site accepts files up to a size, which many bad rows exceed: the file then holds as many as fit, and says so.
    """
    # Its module cannot be read before there is a site: on 16 it opens a log there.
    from frappe.core.api.file import get_max_file_size

    total = frappe.db.count(ROWS, {"parent": doc.name})
    if not total:
        return None
    room, parts = get_max_file_size() - ROOM, []
    for part in _lines(headings, _stored(doc.name)):
        room -= len(part.encode("utf-8"))
        if room < 0:
            rest = total - len(parts) + 1  # the first part are the headings
            said = _("{0} more rows with errors do not fit into this file.").format(rest)
            parts.append(_line(["", "", said]))
            break
        parts.append(part)
    file = frappe.get_doc(
        {
            "doctype": "File",
            "file_name": f"{doc.name}-errors.csv",
            "attached_to_doctype": doc.doctype,
            "attached_to_name": doc.name,
            "content": "\ufeff" + "".join(parts),  # spreadsheets take it for UTF-8 then
            "is_private": 1,
        }
    )
    return file.insert(ignore_permissions=True).file_url


def delete_row_errors(name: str) -> None:
    """Drop the bad rows of an import that is deleted."""
    frappe.db.delete(ROWS, {"parent": name})


def _lines(headings: list[str], found: Iterable[tuple[int, str, str, list[str]]]) -> Iterator[str]:
    """Lines of the file, its headings first."""
    language = str(frappe.local.lang).partition("-")[0]
    told = IMPORT_ERRORS_HEADINGS.get(language, IMPORT_ERRORS_HEADINGS["en"])
    own = own_columns(headings)  # of a file of errors that was corrected and has some again
    yield _line([*told, *map(guarded, headings[own:])])
    for row, column, reason, cells in found:
        yield _line([row, *map(guarded, (column, reason, *cells[own:]))])


def _line(cells: list) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()


def _stored(name: str) -> Iterator[tuple[int, str, str, list[str]]]:
    """Bad rows of an import as they stand in the file, read some at a time."""
    table = frappe.qb.DocType(ROWS)
    query = (
        frappe.qb.from_(table)
        .select(table.row_number, table.column_name, table.reason, table.cells)
        .where(table.parent == name)
        .orderby(table.row_number)
    )
    last = -1
    while rows := query.where(table.row_number > last).limit(PAGE).run():
        for row, column, reason, cells in rows:
            yield row, column, reason, json.loads(cells or "[]")
        last = rows[-1][0]
