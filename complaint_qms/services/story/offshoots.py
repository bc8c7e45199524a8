"""Records that came of a complaint or an investigation, as its story tells them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import frappe
from frappe.model.document import Document
from pypika.queries import QueryBuilder

from complaint_qms.constants.settlement import SUBMITTABLE
from complaint_qms.services.record.bulk_read import gathered
from complaint_qms.services.reporting.access import permitted

_BY_FIELD: Final[dict[str, dict[str, str]]] = {
    "Complaint": {
        "Investigation": "complaint",
        "Root Cause": "complaint",
        "Complaint Settlement": "complaint",
        "Reportability Assessment": "complaint",
        "Field Action": "complaint",
        **dict.fromkeys(SUBMITTABLE, "complaint"),
    },
    "Investigation": {
        "Root Cause": "investigation",
        "CAPA": "investigation",
        "Field Action": "investigation",
    },
    "CAPA": {"Field Action": "capa"},
}
_BY_ROW: Final = {"Complaint": {"CAPA": "CAPA Complaint"}}
_MOST: Final = 50


def offshoots_of(doc: Document) -> list[dict[str, Any]]:
    """{doctype, name, owner, creation} of the records that name `doc` and that the user may read; one query."""
    asked = dict(_queries(doc))
    return [{"doctype": doctype, **row} for doctype, rows in gathered(asked).items() for row in rows]


def _queries(doc: Document) -> Iterator[tuple[str, QueryBuilder]]:
    by_field, by_row = _BY_FIELD.get(doc.doctype, {}), _BY_ROW.get(doc.doctype, {})
    for doctype in (*by_field, *by_row):
        if not frappe.has_permission(doctype, "read"):
            continue
        record = frappe.qb.DocType(doctype)
        query = frappe.qb.from_(record).select(record.name, record.owner, record.creation)
        if doctype in by_row:
            row = frappe.qb.DocType(by_row[doctype])
            named = frappe.qb.from_(row).select(row.parent).where(row.complaint == doc.name)
            query = query.where(record.name.isin(named))
        else:
            query = query.where(record[by_field[doctype]] == doc.name)
        yield doctype, permitted(query.orderby(record.creation).limit(_MOST), doctype)
