"""Who sees a turn of a chat: whoever sees the chat."""

import frappe
from frappe.model.document import Document

from complaint_qms.constants.chat import CHAT, MESSAGE
from complaint_qms.permissions.answer import unless
from complaint_qms.permissions.auditor import writes_as_auditor
from complaint_qms.permissions.personal_data import is_closed
from complaint_qms.permissions.query import NOTHING, as_text, hidden, in_list


def query(user: str | None = None, doctype: str | None = None) -> str:
    """Condition for lists of turns; an empty one restricts nothing."""
    user = user or frappe.session.user
    if user == "Administrator":
        return ""
    if is_closed(MESSAGE, user):
        return NOTHING
    visible = in_list(CHAT, frappe.qb.DocType(MESSAGE).chat, user)
    return "" if visible is None else f"({as_text(visible)})"


def document(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """The same rule for one turn."""
    user = user or frappe.session.user
    if user == "Administrator":
        return unless(None)
    return unless(
        writes_as_auditor(ptype, user) or is_closed(MESSAGE, user) or hidden(CHAT, [doc.chat], user)
    )
