"""Who sees which complaint, beyond roles and user permissions.

Accounts see the complaints whose money they handle: those with a settlement. The key of another system sees those that it has registered.
Everybody else with a role sees all, but for confidential ones that do not name them.
"""

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.permissions import confidential
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.machine import is_machine_by
from complaint_qms.permissions.query import NOTHING
from complaint_qms.permissions.records import is_hidden

_ALL = set(roles.STAFF) - {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}
_OF_MACHINES = (None, "read", "select", "create")
_ACCOUNTS = {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}


def query(user: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing, so refusal is spelled out."""
    user = user or frappe.session.user
    held = set(frappe.get_roles(user))
    if held & _ALL:
        return confidential.condition(user)
    if is_machine_by(held):
        return f"(`tabComplaint`.`owner` = {frappe.db.escape(user)})"
    if not held & _ACCOUNTS:
        return NOTHING
    settled = (
        "(exists (select 1 from `tabComplaint Settlement`"
        " where `tabComplaint Settlement`.`complaint` = `tabComplaint`.`name`))"
    )
    return " and ".join(filter(None, (settled, confidential.condition(user))))


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record, as it is stored: what a request changes in it opens nothing."""
    user = user or frappe.session.user
    held = set(frappe.get_roles(user))
    if is_machine_by(held):
        return unless(ptype not in _OF_MACHINES or (not doc.is_new() and is_hidden(doc, user)))
    if not held & _ALL and not (held & _ACCOUNTS and ptype in (None, "read", "select", "print", "report")):
        return False
    return unless(writes_as_auditor(ptype, user) or is_hidden(doc, user))
