"""The automatic reply of a mailbox to a new complaint: to people alone, marked as what it is, and not again and again.

The framework answers every mail of a mailbox, also those of machines, which answer back.
"""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import add_to_date, now_datetime
from frappe.utils.jinja import render_template

from complaint_qms.constants.inbox import DOCTYPE, REGISTERED
from complaint_qms.constants.mailbox import MOST_ANSWERED, SAME_WITHIN
from complaint_qms.engine.mail.mail_parser import Mail
from complaint_qms.services.correspondence.by_itself import acknowledges, marked
from complaint_qms.services.record.error_text import logged_only


def answer(account: Document, item: Document, complaint: Document, mail: Mail) -> None:
    """Send the mailbox's automatic reply for a complaint that was registered, if it has one. A reply that cannot be sent is
    logged; the complaint stays."""
    address = mail.sender[1]
    if acknowledges(complaint):
        return  # which says the same, in the customer's language
    if not account.get("enable_auto_reply") or mail.automatic or mail.newsletter or not address:
        return
    if _answered(item, address) >= MOST_ANSWERED:
        return
    with logged_only("Automatic reply not sent"), marked():
        communication = frappe.get_doc(
            "Communication", frappe.db.get_value(DOCTYPE, item.name, "communication")
        )
        frappe.sendmail(
            recipients=[address],
            sender=account.email_id,
            reply_to=account.email_id,
            subject=f"{_('Re:')} {communication.subject} (#{complaint.name})",
            content=_text(account, communication),
            reference_doctype=complaint.doctype,
            reference_name=complaint.name,
            in_reply_to=communication.name,
            unsubscribe_message=_("Leave this conversation") if account.send_unsubscribe_message else "",
        )


def _answered(item: Document, address: str) -> int:
    """Complaints that the address has registered lately, each of which was answered."""
    since = add_to_date(now_datetime(), seconds=-SAME_WITHIN.total_seconds())
    return frappe.db.count(
        DOCTYPE,
        {"sender_address": address, "state": REGISTERED, "creation": (">", since), "name": ("!=", item.name)},
    )


def _text(account: Document, communication: Document) -> str:
    told = communication.as_dict()
    return render_template(account.auto_reply_message or "", told) or frappe.get_template(
        "templates/emails/auto_reply.html"
    ).render(told)
