"""Files as evidence: a record names only files of the site, and what an ended record rests on stays as it is."""

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils.caching import request_cache

from complaint_qms.constants.stages import ENDED
from complaint_qms.services.lifecycle import GateError

# Rows that name a file: (DocType of the row, its field, DocType of the record)
_NAMING: Final = (
    ("Complaint Evidence", "file", "Complaint"),
    ("CAPA Action", "evidence", "CAPA"),
    ("Investigation Check", "evidence", "Investigation"),
)
# What makes a file this file on this record.
_LASTING: Final = ("attached_to_doctype", "attached_to_name", "file_url", "is_private", "content_hash")


def check_attached(doc: Document) -> None:
    """Every file that this save adds to a record, in a field or a row of a table, is on the site and open to the user.

    Raises:
        frappe.ValidationError: an address without a file, such as a script, or a file that the user may not read.
    """
    added = [
        (row, field)
        for row in (doc, *doc.get_all_children())
        for field in _attach_fields(row.doctype)
        if row.get(field)
    ]
    if not added:
        return
    before = doc.get_doc_before_save()
    known = {
        row.get(field)
        for row in ((before, *before.get_all_children()) if before else ())
        for field in _attach_fields(row.doctype)
    }
    new = [(row, fieldname) for row, fieldname in added if row.get(fieldname) not in known]
    readable = {
        file.file_url for file in _files_at({row.get(name) for row, name in new}) if file.is_downloadable()
    }
    for row, fieldname in new:
        if row.get(fieldname) not in readable:
            frappe.throw(
                _("{0}: there is no such file that you may read. Upload it here first.").format(
                    _(row.meta.get_label(fieldname))
                )
            )


def own_file(url: str, doc: Document) -> Document:
    """The file behind an address, for a service that reads its content: the user's own, or attached to `doc`.

    Raises:
        frappe.PermissionError: neither, or the user may not read it.
    """
    user, holder = frappe.session.user, (doc.doctype, doc.name)
    for file in _files_at({url}):
        own = user in ("Administrator", file.owner)
        if (own or (file.attached_to_doctype, file.attached_to_name) == holder) and file.is_downloadable():
            return file
    frappe.throw(_("Attach a file of your own: this one belongs to another record."), frappe.PermissionError)


def kept_by(file: Any) -> tuple[str, str] | None:
    """The record (DocType, name) that a file has to stay for, if there is one: an ended one, or a done action's CAPA.

    Args:
        file: File, or a row with its name, file_url, attached_to_doctype and attached_to_name.
    """
    holder = file.attached_to_doctype, file.attached_to_name
    if all(holder) and _is_fixed(*holder):
        return holder
    # Another File of the same address still holds what a row names.
    if not file.file_url or frappe.db.exists("File", {"file_url": file.file_url, "name": ("!=", file.name)}):
        return None
    return next((found for naming in _NAMING if (found := _named_in(file.file_url, *naming))), None)


def refuse_change(file: Document) -> None:
    """A file of an ended record stays attached, where it is, and as it is (G7).

    Raises:
        GateError: it would be moved, detached or written anew.
    """
    before = file.get_doc_before_save()
    if before and any(file.has_value_changed(name) for name in _LASTING):
        holder = kept_by(before)
        if holder:
            frappe.throw(kept_message(*holder), GateError)


def kept_message(doctype: str, name: str) -> str:
    """Why a file cannot go, in the user's language."""
    return _(
        "G7: {0} {1} rests on this file. Evidence of what has ended, or was reported as done, stays as it is."
    ).format(_(doctype), name)


@request_cache
def _attach_fields(doctype: str) -> list[str]:
    attached = {"fieldtype": ("in", ("Attach", "Attach Image"))}
    return [field.fieldname for field in frappe.get_meta(doctype).get("fields", attached)]


def _files_at(urls: set[str]) -> list[Document]:
    """File records of addresses; the same content attached to several records has several. One query."""
    if not urls:
        return []
    rows = frappe.get_all(
        "File", filters={"file_url": ("in", sorted(map(str, urls)))}, fields=["*"], order_by="creation asc"
    )
    return [frappe.get_doc({"doctype": "File", **row}) for row in rows]


def _is_fixed(doctype: str, name: str) -> bool:
    if doctype in ENDED:
        return frappe.db.get_value(doctype, name, "stage") in ENDED[doctype]
    if doctype == "Root Cause":
        return frappe.db.get_value(doctype, name, "status") in ("verified", "rejected")
    if doctype == "Reportability Assessment":
        return frappe.db.get_value(doctype, name, "status") in ("reported", "not_reportable")
    if doctype == "Complaint Settlement":
        return (frappe.db.get_value(doctype, name, "docstatus") or 0) > 0
    return False


def _named_in(url: str, row_type: str, field: str, record_type: str) -> tuple[str, str] | None:
    row, record = frappe.qb.DocType(row_type), frappe.qb.DocType(record_type)
    fixed = record.stage.isin(ENDED[record_type])
    if row_type == "CAPA Action":
        fixed |= row.status == "done"
    found = (
        frappe.qb.from_(row)
        .inner_join(record)
        .on((row.parent == record.name) & (row.parenttype == record_type))
        .select(record.name)
        .where((row[field] == url) & fixed)
        .orderby(record.name, order=Order.asc)
        .limit(1)
    ).run()
    return (record_type, found[0][0]) if found else None
