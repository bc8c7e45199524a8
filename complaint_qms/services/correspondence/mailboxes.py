"""Which mailboxes of the site register complaints: of its Email Accounts those that say so."""

from __future__ import annotations

import frappe
from frappe.model.document import Document

from complaint_qms.constants.mailbox import COMPANY, LANGUAGE, REGISTERS

APPENDS_TO = "Complaint"


def registers(account: Document) -> bool:
    """Whether any mail of an account may be a complaint. An account that the framework was told to append to Complaint is one:
    the framework itself would store complaints past every rule."""
    return bool(
        account.get(REGISTERS)
        or account.append_to == APPENDS_TO
        or any(folder.append_to == APPENDS_TO for folder in account.get("imap_folder") or [])
    )


def registering() -> list[frappe._dict]:
    """The mailboxes that `registers` holds of and that are read, the oldest first: {name, enable_outgoing, COMPANY, LANGUAGE}."""
    folders = frappe.get_all(
        "IMAP Folder",
        {"parenttype": "Email Account", "append_to": APPENDS_TO},
        pluck="parent",
        order_by="parent asc",
    )
    return frappe.get_all(
        "Email Account",
        filters={"enable_incoming": 1},
        or_filters=[[REGISTERS, "=", 1], ["append_to", "=", APPENDS_TO], ["name", "in", folders or [""]]],
        fields=["name", "enable_outgoing", COMPANY, LANGUAGE],
        order_by="creation asc, name asc",
    )
