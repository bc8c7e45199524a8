"""A genealogy as a file on a record: what was known when it was opened."""

from __future__ import annotations

import csv
import io
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce

from complaint_qms.engine.trace import BOTH
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.permissions.kept_facts import OF_THE_RECORD
from complaint_qms.permissions.query import what_restricts
from complaint_qms.permissions.stock import FileSight
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.record.language import speaking
from complaint_qms.services.trace.report import tree_columns
from complaint_qms.services.trace.starts import COMPLAINT, start_of
from complaint_qms.services.trace.tracing import trace
from complaint_qms.services.trace.tree import tree_rows
from complaint_qms.tabular.rows import guarded

_KEEPS = ("Item", "Batch", "Serial No", "Warehouse")
_REFUSED = (frappe.ValidationError, frappe.PermissionError)


def attach_genealogy(doc: Document, complaint: str) -> Document | None:
    """Attach the genealogy of a complaint to a record of its company, as a private table; None where it leads to no lot.

    Whoever may read the record opens the file. It therefore names no customer, supplier or hold and tells of no other company: who may
    see those has them in the report. Where a reader of such records is kept to items, batches, serial numbers or warehouses nothing is
    attached.
    """
    if _is_kept_from_some(doc):
        return None
    try:
        with acting_as(), messages_dropped_on(*_REFUSED), speaking(frappe.db.get_default("lang") or "en"):
            traced = trace(start_of(COMPLAINT, complaint), BOTH, FileSight(doc.company))
            content = _table(tree_columns(), tree_rows(traced))
            title = f"{_('Genealogy')} {complaint}.csv"
    except _REFUSED:
        return None
    values = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name, "is_private": 1}
    file = frappe.get_doc({"doctype": "File", "file_name": title, "content": content, **values})
    return file.insert(ignore_permissions=True)


def _is_kept_from_some(doc: Document) -> bool:
    """Whether anybody with a role that reads such records is restricted in what a genealogy names."""
    allowed = set().union(*map(what_restricts, _KEEPS)) - {*OF_THE_RECORD}
    permission, holder = frappe.qb.DocType("User Permission"), frappe.qb.DocType("Has Role")
    query = (
        frappe.qb.from_(permission)
        .inner_join(holder)
        .on((holder.parent == permission.user) & (holder.parenttype == "User"))
        .select(permission.name)
        .where(permission.allow.isin(sorted(allowed)))
        .where(Coalesce(permission.applicable_for, "").isin(("", *_KEEPS)))
        .where(holder.role.isin(sorted({row.role for row in doc.meta.permissions if row.read})))
        .limit(1)
    )
    return bool(query.run())


def _table(columns: list[dict[str, Any]], rows: list[dict[str, Any]]) -> bytes:
    """Indented by blanks, in a spelling that spreadsheets read as it is."""
    written = io.StringIO()
    table = csv.writer(written)
    table.writerow(column["label"] for column in columns)
    for row in rows:
        cells = {**row, "label": "    " * row.get("indent", 0) + str(row.get("label") or "")}
        table.writerow(guarded(_text(cells.get(column["fieldname"]))) for column in columns)
    return written.getvalue().encode("utf-8-sig")


def _text(value: Any) -> str:
    return "" if value is None else str(value)
