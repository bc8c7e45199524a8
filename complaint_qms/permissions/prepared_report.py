"""Who opens what a report about records of the app was prepared as: whoever had it prepared. It was made with their rights, which are not
those of others who may open the report; the framework asks for the report alone."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion

from complaint_qms.constants.records import DOCTYPES
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.query import as_text

_PREPARED: Final = "Prepared Report"


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    table, report = frappe.qb.DocType(_PREPARED), frappe.qb.DocType("Report")
    ours = frappe.qb.from_(report).select(report.name).where(report.ref_doctype.isin(DOCTYPES))
    allowed = Criterion.any([table.owner == user, table.report_name.notin(ours)])
    return f"({as_text(allowed)})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one of them."""
    user = user or frappe.session.user
    if user in ("Administrator", doc.owner):
        return unless(None)
    return unless(frappe.db.get_value("Report", doc.report_name, "ref_doctype") in DOCTYPES)
