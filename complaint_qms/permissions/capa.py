"""Who sees which CAPA: quality staff those whose complaints they see. The owner of an action has the action alone.

An action's owner may be anybody of the company, and a CAPA tells of customers, causes and the actions of others: they
find their own actions on “My Work Today” and report them there (services.capa_actions), and have no sight of CAPAs.
"""

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.permissions import records
from complaint_qms.permissions.query import NOTHING

_STAFF = {
    roles.AGENT,
    roles.MANAGER,
    roles.INVESTIGATOR,
    roles.QUALITY_MANAGER,
    roles.REGULATORY,
    roles.AUDITOR,
    "System Manager",
}


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing, so refusal is spelled out."""
    user = user or frappe.session.user
    return records.query(user, "CAPA") if _STAFF & set(frappe.get_roles(user)) else NOTHING


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record."""
    user = user or frappe.session.user
    return records.document(doc, ptype, user) if _STAFF & set(frappe.get_roles(user)) else False
