"""Who sees which call of a connector: whoever sees the records that it is about.

What a system sent and nothing here is known of may be about any company: where the connector is of none, those who are kept to
companies do not see it.
"""

import frappe
from frappe.model.document import Document
from pypika.terms import Criterion

from complaint_qms.constants.connectors import CALL, FACTS_RECEIVED
from complaint_qms.permissions import records
from complaint_qms.permissions.query import as_text, restrictions


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing."""
    user = user or frappe.session.user
    parts = [records.query(user, CALL)]
    if restrictions("Company", user):
        parts.append(as_text(_of_nobody().negate()))
    return " and ".join(f"({part})" for part in parts if part)


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one call."""
    user = user or frappe.session.user
    is_of_nobody = doc.kind == FACTS_RECEIVED and not doc.about and not doc.company
    if is_of_nobody and restrictions("Company", user):
        return False
    return records.document(doc, ptype, user)


def _of_nobody() -> Criterion:
    call = frappe.qb.DocType(CALL)
    return (call.kind == FACTS_RECEIVED) & _empty(call.about) & _empty(call.company)


def _empty(field: Criterion) -> Criterion:
    return field.isnull() | (field == "")
