"""Links by which other fields are fetched: the framework lets any name pass there, also one that no record has."""

import frappe
from frappe import _
from frappe.model import no_value_fields
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.services.record.language import comma_list


def check_fetched(doc: Document) -> None:
    """What a record and its rows name by such links exists. Asks for nothing where something was fetched.

    Raises:
        frappe.LinkValidationError: naming each field, and the row where it is one of a table.
    """
    lost = [said for row in (doc, *doc.get_all_children()) for said in _lost(doc, row)]
    if lost:
        frappe.throw(_("Could not find {0}").format(comma_list(lost)), frappe.LinkValidationError)


def _lost(doc: Document, row: Document) -> list[str]:
    found = []
    for link, fetched in _fetched(row).items():
        name, field = row.get(link), row.meta.get_field(link)
        if not name or not field or field.fieldtype != "Link" or any(row.get(other) for other in fetched):
            continue
        if not frappe.db.exists(field.options, name):
            label = _(field.label, context=row.doctype)
            if row is not doc:
                label = _("{0}, row {1}, {2}").format(_(doc.meta.get_label(row.parentfield)), row.idx, label)
            found.append(f"{escape_html(label)}: {escape_html(name)}")
    return found


def _fetched(row: Document) -> dict[str, list[str]]:
    """Fields that are fetched, by the link they are fetched by; in one look at the fields, where the framework's own looks once a link."""
    by_link: dict[str, list[str]] = {}
    for field in row.meta.fields:
        link, dot, _source = (getattr(field, "fetch_from", None) or "").partition(".")
        if dot and field.fieldtype not in no_value_fields:
            by_link.setdefault(link, []).append(field.fieldname)
    return by_link
