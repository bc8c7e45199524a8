"""A role that people are looked up by is one that people are given: not one the framework gives to everybody."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.permissions import AUTOMATIC_ROLES
from frappe.utils import escape_html
from frappe.utils.caching import request_cache


def check_roles(doc: Document) -> None:
    """Roles that a record and its rows newly name are in use and given by hand.

    Raises:
        frappe.ValidationError: naming the field, and the row where it is one of a table.
    """
    if not (chosen := list(_roles(doc))):
        return
    before = doc.get_doc_before_save()
    stored = {choice[1:] for choice in _roles(before)} if before else set()
    chosen = [choice for choice in chosen if choice[1:] not in stored]
    disabled = _disabled(sorted({choice[-1] for choice in chosen}))
    for row, doctype, field, role in chosen:
        if role not in AUTOMATIC_ROLES and role not in disabled:
            continue
        label = _(frappe.get_meta(doctype).get_label(field))
        if row is not doc:
            label = _("{0}, row {1}, {2}").format(_(doc.meta.get_label(row.parentfield)), row.idx, label)
        if role in disabled:
            text = _("{0}: {1} is out of use. Choose another one.")
        else:
            text = _("{0}: nobody is given the role {1}. Choose another one.")
        frappe.throw(text.format(escape_html(label), frappe.bold(escape_html(_(role)))))


def _roles(doc: Document) -> Iterator[tuple[Document, str, str, str]]:
    """(row, its DocType, field, role) of what a record and its rows name."""
    for row in (doc, *(row for table in _tables(doc.doctype) for row in doc.get(table) or ())):
        for field in _fields(row.doctype):
            if role := row.get(field):
                yield row, row.doctype, field, role


@request_cache
def _tables(doctype: str) -> list[str]:
    return [
        field.fieldname for field in frappe.get_meta(doctype).get_table_fields() if _fields(field.options)
    ]


@request_cache
def _fields(doctype: str) -> list[str]:
    # A field that is read only is the server's; what is sent in it is put back.
    return [
        field.fieldname
        for field in frappe.get_meta(doctype).get_link_fields()
        if field.options == "Role" and not field.read_only
    ]


def _disabled(roles: list[str]) -> set[str]:
    if not roles:
        return set()
    return set(
        frappe.get_all("Role", {"name": ("in", roles), "disabled": 1}, pluck="name", order_by="name asc")
    )
