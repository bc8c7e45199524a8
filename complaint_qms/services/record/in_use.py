"""Levels, types, channels, matrices and procedures that a site put out of use are not newly chosen, by any record."""

from collections.abc import Iterator
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.caching import request_cache

from complaint_qms.constants.records import RECORDS
from complaint_qms.services.record import site_cache

# Field of a DocType that puts a record of it out of use, and the value that does.
OUT_OF_USE: Final = {record.doctype: record.out_of_use for record in RECORDS if record.out_of_use}
# What a record takes over from complaints it is about keeps their words: field → table of rows with `complaint`.
_TAKEN_OVER: Final = {("CAPA", "complaint_type"): "complaints"}
_CACHE: Final = "complaint_qms_out_of_use"


def check_chosen(doc: Document) -> None:
    """What a record and its rows newly name is in use; history that is imported keeps its words.

    Raises:
        frappe.ValidationError: naming the field, and the row where it is one of a table.
    """
    if doc.flags.by_import:
        return
    before = doc.get_doc_before_save()
    stored = {choice[1:] for choice in _choices(before)} if before else set()
    for row, *choice in _choices(doc):
        doctype, field, master, name = choice
        if tuple(choice) in stored or usable(master, name) or _taken_over(doc, field):
            continue
        label = _(frappe.get_meta(doctype).get_label(field))
        if row is not doc:
            label = _("{0}, row {1}, {2}").format(_(doc.meta.get_label(row.parentfield)), row.idx, label)
        frappe.throw(
            _("{0}: {1} is out of use. Choose another one.").format(
                escape_html(label), frappe.bold(escape_html(_(name)))
            )
        )


def usable(doctype: str, name: str | None) -> str | None:
    """The name of a record that is in use; None for one that is not, as of a default that went stale."""
    return None if not name or name in _out_of_use()[doctype] else name


def forget_out_of_use(doctype: str) -> None:
    """Drop what is cached; called when a record of the DocType changes."""
    if doctype in OUT_OF_USE:
        site_cache.forget([_CACHE])


def _out_of_use() -> dict[str, set[str]]:
    return site_cache.kept(
        _CACHE,
        lambda: {
            doctype: set(frappe.get_all(doctype, {field: value}, pluck="name", order_by="name asc"))
            for doctype, (field, value) in OUT_OF_USE.items()
        },
    )


def _choices(doc: Document) -> Iterator[tuple[Document, str, str, str, str]]:
    """(row, its DocType, field, DocType of the master record, its name) of what a record and its rows name."""
    for row in (doc, *doc.get_all_children()):
        for field, master in _links(row.doctype):
            name = row.get(field)
            if name and isinstance(name, str):
                yield row, row.doctype, field, master, name


@request_cache
def _links(doctype: str) -> list[tuple[str, str]]:
    # A field that is read only is the server's; what is sent in it is put back.
    return [
        (field.fieldname, field.options)
        for field in frappe.get_meta(doctype).get_link_fields()
        if field.options in OUT_OF_USE and not field.read_only
    ]


def _taken_over(doc: Document, field: str) -> bool:
    table = _TAKEN_OVER.get((doc.doctype, field))
    names = [row.complaint for row in doc.get(table) or []] if table else []
    return bool(names and frappe.db.exists("Complaint", {"name": ("in", names), field: doc.get(field)}))
