"""How a mailbox registers complaints: which of its folders do, by which channel, since when, and who is a colleague there."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.mailbox import (
    CHANNEL,
    EMAIL_CHANNEL,
    PUBLIC_DOMAINS,
    REGISTERS,
    SINCE,
)
from complaint_qms.services.correspondence.mailboxes import APPENDS_TO, registers
from complaint_qms.services.record.in_use import usable


def account_of(item: Document) -> Document:
    """The mailbox that a mail came in by; a bare one where it is gone since."""
    if item.mailbox and frappe.db.exists("Email Account", item.mailbox):
        return frappe.get_doc("Email Account", item.mailbox)
    return frappe.get_doc({"doctype": "Email Account", "use_imap": 1})


def registers_folder(account: Document, folder: str) -> bool:
    """Whether the mails of one folder may be complaints; a folder that is appended to another record stays the framework's."""
    row = row_of(account, folder)
    if row and row.append_to:
        return row.append_to == APPENDS_TO
    return bool(account.get(REGISTERS) or account.append_to == APPENDS_TO)


def row_of(account: Document, folder: str) -> Document | None:
    """The row of a folder, whose name a server may write in quotes."""
    plain = folder.strip('"')
    rows = account.get("imap_folder") or [] if account.use_imap else []
    return next((row for row in rows if row.folder_name == plain), None)


def channel_of(account: Document) -> str | None:
    """The channel of a mailbox's complaints, as far as it is in use."""
    return usable("Complaint Channel", account.get(CHANNEL)) or usable("Complaint Channel", EMAIL_CHANNEL)


def is_colleague(address: str, account: Document | None) -> bool:
    """Whether an address is of the mailbox's own domain, another mailbox of the site, or of somebody who works on it."""
    if not address:
        return False
    domain = address.rpartition("@")[2]
    own = ((account.email_id if account else "") or "").lower().rpartition("@")[2]
    if domain and domain == own and domain not in PUBLIC_DOMAINS:
        return True
    return bool(
        frappe.db.exists("Email Account", {"email_id": address})
        or frappe.db.exists("User", {"email": address, "user_type": "System User", "enabled": 1})
    )


def begin(account: Document) -> None:
    """Before an account is stored: one that begins to register complaints leaves its old mails alone."""
    before = account.get_doc_before_save()
    began = registers(account) and not (before and registers(before))
    if began and not account.get(SINCE):
        account.set(SINCE, now_datetime().replace(microsecond=0))
