"""Who sees which CAPA: quality staff all, an action owner those with an action of theirs."""

import frappe
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.permissions.answer import no_objection, unless

_ALL = {
    roles.AGENT,
    roles.MANAGER,
    roles.INVESTIGATOR,
    roles.QUALITY_MANAGER,
    roles.REGULATORY,
    roles.AUDITOR,
    "System Manager",
}


def query(user: str | None = None) -> str:
    """Condition for lists; an empty one restricts nothing, so refusal is spelled out."""
    user = user or frappe.session.user
    held = set(frappe.get_roles(user))
    if held & _ALL:
        return ""
    if roles.ACTION_OWNER in held:
        return (
            "(exists (select 1 from `tabCAPA Action` where `tabCAPA Action`.`parent` = `tabCAPA`.`name`"
            f" and `tabCAPA Action`.`action_owner` = {frappe.db.escape(user)}))"
        )
    return "1=0"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one record."""
    user = user or frappe.session.user
    held = set(frappe.get_roles(user))
    if held & _ALL:
        return no_objection()
    return unless(
        roles.ACTION_OWNER not in held
        or ptype not in (None, "read", "select", "print")
        or all(row.action_owner != user for row in doc.get("actions") or [])
    )
