"""Who sees which complaint, beyond roles and user permissions.

Accounts see the complaints whose money they handle: those with a settlement. Everybody else with a role sees all.
"""

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.permissions.answer import no_objection, unless

_ALL = set(roles.STAFF) - {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}
_ACCOUNTS = {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}


def query(user: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing, so refusal is spelled out."""
    held = set(frappe.get_roles(user or frappe.session.user))
    if held & _ALL:
        return ""
    if held & _ACCOUNTS:
        return (
            "(exists (select 1 from `tabComplaint Settlement`"
            " where `tabComplaint Settlement`.`complaint` = `tabComplaint`.`name`))"
        )
    return "1=0"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record."""
    held = set(frappe.get_roles(user or frappe.session.user))
    if held & _ALL:
        return no_objection()
    if held & _ACCOUNTS and ptype in (None, "read", "select", "print", "report"):
        return unless(not frappe.db.exists("Complaint Settlement", {"complaint": doc.name}))
    return False
