"""The mailbox to which a customer's answer about a complaint comes back, so that it goes on with the complaint.

The framework has answers go to the default incoming account, or to whoever wrote: a person's own mailbox, which the site does not
read. A complaint's mails are answered to the mailbox that the customer wrote to, else to one that registers complaints.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.model.document import Document

from complaint_qms.constants.mailbox import COMPANY, LANGUAGE
from complaint_qms.services.correspondence import mailboxes


def prepare(message: Document) -> None:
    """A mail about a complaint is about to be stored: it leaves by its mailbox, where that one sends, too."""
    if not _is_ours(message):
        return
    box = mailbox_of(message.reference_name)
    if not box:
        return
    if box.enable_outgoing and not message.email_account:
        message.email_account = box.name
    message.flags.answered_to = box.name


def direct(message: Document) -> None:
    """After it is stored and before it is sent: the framework asks the message for the account that answers go to, once."""
    if name := message.flags.answered_to:
        message._incoming_email_account = EmailAccount.find(name)


def directed(message: Document, sending: dict[str, Any]) -> dict[str, Any]:
    """What the framework sends of a message, with that account. Frappe 16 has what answers a mail answered to whoever wrote it."""
    if not (sending and message.flags.answered_to):
        return sending
    return {**sending, "reply_to": message.get_incoming_email_account().email_id}


def mailbox_of(complaint: str) -> frappe._dict | None:
    """The mailbox of a complaint's conversation: {name, enable_outgoing}; None where no mailbox registers complaints."""
    boxes = mailboxes.registering()
    if not boxes:
        return None
    written_to = frappe.get_all(
        "Communication",
        {
            "reference_doctype": "Complaint",
            "reference_name": complaint,
            "sent_or_received": "Received",
            "email_account": ("in", [box.name for box in boxes]),
        },
        pluck="email_account",
        order_by="creation desc",
        limit=1,
    )
    by_name = {box.name: box for box in boxes}
    if written_to:
        return by_name[written_to[0]]
    row = frappe.db.get_value("Complaint", complaint, ["company", "language"], as_dict=True) or frappe._dict()
    fitting = [box for box in boxes if box[COMPANY] in (None, "", row.company)]
    return max(
        fitting, key=lambda box: (box[COMPANY] == row.company, box[LANGUAGE] == row.language), default=None
    )


def _is_ours(message: Document) -> bool:
    return (
        message.reference_doctype == "Complaint"
        and bool(message.reference_name)
        and message.sent_or_received == "Sent"
        and message.communication_medium == "Email"
        and message.communication_type == "Communication"
    )
