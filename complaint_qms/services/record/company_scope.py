"""Which company a record belongs to, and that what it starts from is open to the user and of the same company."""

from collections import defaultdict
from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html
from frappe.utils.caching import request_cache

from complaint_qms.constants.records import QUALITY_RECORDS, RECORDS
from complaint_qms.services import writing
from complaint_qms.services.record.bulk_read import values_of

# Records that take their company from another one: field → DocType of the source, the nearest first.
_TAKEN_FROM: Final = {
    record.doctype: {
        field: names.record
        for field in record.company_from
        for names in record.names
        if (names.row, names.field) == ("", field)
    }
    for record in RECORDS
    if record.company_from
}


def stamp_company(doc: Document) -> None:
    """Set the company of a record that takes it from its source; what a request sends there is put back."""
    sources = _TAKEN_FROM.get(doc.doctype)
    if not sources:
        return
    before = doc.get_doc_before_save()
    doc.company = before.company if before else None
    field = next((name for name in sources if doc.get(name)), None)
    if field and (not doc.company or doc.has_value_changed(field)):
        doc.company = frappe.db.get_value(sources[field], doc.get(field), "company")


def pass_company_on(doc: Document) -> None:
    """After a change of a record's company: the records that take theirs from it follow."""
    before = doc.get_doc_before_save()
    if not before or before.get("company") == doc.get("company"):
        return
    for doctype, sources in _TAKEN_FROM.items():
        for field in (name for name, source in sources.items() if source == doc.doctype):
            names = frappe.get_all(doctype, {field: doc.name}, pluck="name", order_by="name asc")
            writing.set_where(doctype, names, {"company": doc.company}, "company of its source changed")


def check_sources(doc: Document) -> None:
    """The user may read every record of the app that this save names anew, and it is of the same company.

    A new record takes over titles, products and companies from what it names, and writes into some of them.

    Raises:
        frappe.PermissionError: the user may not read one of them.
        frappe.ValidationError: one belongs to another company.
    """
    named = _named(doc)
    if not named:
        return
    before = doc.get_doc_before_save()
    new = defaultdict(set)
    for doctype, name in named - (_named(before) if before else set()):
        new[doctype].add(name)
    for doctype in sorted(new):
        # A name that is on no record is refused by the framework itself.
        for name, company in values_of(doctype, new[doctype], "company").items():
            if not doc.flags.ignore_permissions and not frappe.has_permission(doctype, "read", doc=name):
                frappe.throw(
                    _("You may not read {0} {1}.").format(_(doctype), escape_html(name)),
                    frappe.PermissionError,
                )
            if company and doc.get("company") and company != doc.company:
                frappe.throw(
                    _("{0} {1} belongs to the company {2}; this record belongs to {3}.").format(
                        _(doctype), escape_html(name), escape_html(company), escape_html(doc.company)
                    )
                )


def _named(doc: Document) -> set[tuple[str, str]]:
    """(DocType, name) of the app's records that a record and its rows link to."""
    return {
        (doctype, row.get(field))
        for row in (doc, *doc.get_all_children())
        for field, doctype in _links(row.doctype)
        if row.get(field)
    }


@request_cache
def _links(doctype: str) -> list[tuple[str, str]]:
    return [
        (field.fieldname, field.options)
        for field in frappe.get_meta(doctype).get_link_fields()
        if field.options in QUALITY_RECORDS and field.fieldname != "amended_from"
    ]
