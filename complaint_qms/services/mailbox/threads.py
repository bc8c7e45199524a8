"""The record that a mail goes on with: by what it answers, or by the number in its subject; and whether its sender takes part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import frappe
from frappe.utils import split_emails

from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.engine.mail.reading import Mail
from complaint_qms.services.correspondence.addresses import addresses_of, bare
from complaint_qms.services.inbox.complaint_numbers import complaint_numbers

COMPLAINT: Final = "Complaint"
# How the framework ends the subject of a mail about a record.
_MARK: Final = re.compile(r"\(#([^()#]{1,140})\)\s*$")
_MOST: Final = 200
_MOST_NAMED: Final = 20


@dataclass(frozen=True)
class Thread:
    """The record that a mail belongs to by what it says. `by_number`: its subject names it, and nothing that was sent."""

    doctype: str
    name: str
    by_number: bool = False


def thread_of(mail: Mail) -> Thread | None:
    """The record that a mail goes on with; of a merged complaint the one it was merged into."""
    found = _answered(mail.answers) or _named(mail.subject)
    if not found or found.doctype != COMPLAINT:
        return found
    row = frappe.db.get_value(COMPLAINT, found.name, ["stage", "duplicate_of"], as_dict=True)
    if row and row.stage == "duplicate" and row.duplicate_of:
        return Thread(COMPLAINT, row.duplicate_of, found.by_number)
    return found if row else None


def was_sent_here(message_id: str) -> bool:
    """Whether this site has sent a mail itself, which came back by a copy, a rule or a list."""
    if not message_id:
        return False
    wanted = {"message_id": message_id}
    return bool(
        frappe.db.exists("Email Queue", wanted)
        or frappe.db.exists("Communication", {**wanted, "sent_or_received": "Sent"})
    )


def takes_part(addresses: Iterable[str], complaint: str) -> bool:
    """Whether one of these addresses is the complainant's, of somebody who was written to or wrote about the complaint, of a
    mailbox of the site, or of a user who may see it."""
    asked = {address for address in addresses if address}
    if not asked:
        return False
    doc = frappe.get_doc(COMPLAINT, complaint)
    if asked & set(addresses_of(doc)) or asked & _in_talk(complaint):
        return True
    if frappe.db.exists("Email Account", {"email_id": ("in", sorted(asked))}):
        return True
    users = frappe.get_all(
        "User", {"email": ("in", sorted(asked)), "enabled": 1}, pluck="name", order_by="name asc"
    )
    return any(frappe.has_permission(COMPLAINT, "read", doc=doc, user=user) for user in users)


def _answered(answers: Iterable[str]) -> Thread | None:
    """What the nearest mail was about that is known: a mail on a record, one that was sent from it, or one in the inbox."""
    wanted = list(answers)
    if not wanted:
        return None
    known: dict[str, Thread] = {}
    of_mail = frappe.get_all(
        "Communication",
        {"message_id": ("in", wanted), "reference_name": ("is", "set")},
        ["message_id", "reference_doctype", "reference_name"],
        order_by="creation asc",
    )
    sent = frappe.get_all(
        "Email Queue",
        {"message_id": ("in", wanted), "reference_name": ("is", "set")},
        ["message_id", "reference_doctype", "reference_name"],
        order_by="creation asc",
    )
    kept = frappe.get_all(
        DOCTYPE,
        {"message_id": ("in", wanted), "complaint": ("is", "set")},
        ["message_id", "complaint"],
        order_by="creation asc",
    )
    for row in (*of_mail, *sent):
        known[row.message_id] = Thread(row.reference_doctype, row.reference_name)
    for row in kept:
        known[row.message_id] = Thread(COMPLAINT, row.complaint)
    return next((known[name] for name in wanted if name in known), None)


def _named(subject: str) -> Thread | None:
    said = [name.strip().upper() for name in (*_MARK.findall(subject), *complaint_numbers(subject))]
    # How many numbers a subject holds is its sender's to choose.
    names = list(dict.fromkeys(said))[:_MOST_NAMED]
    if not names:
        return None
    rows = frappe.get_all(COMPLAINT, {"name": ("in", names)}, pluck="name", order_by="name asc")
    there = {name.upper(): name for name in rows}
    return next((Thread(COMPLAINT, there[name], by_number=True) for name in names if name in there), None)


def _in_talk(complaint: str) -> set[str]:
    """Addresses that stand on the mails about a complaint."""
    rows = frappe.get_all(
        "Communication",
        {"reference_doctype": COMPLAINT, "reference_name": complaint, "communication_medium": "Email"},
        ["sender", "recipients", "cc", "bcc"],
        order_by="creation desc",
        limit=_MOST,
    )
    return {
        bare(address)
        for row in rows
        for text in (row.sender, row.recipients, row.cc, row.bcc)
        for address in split_emails(text or "")
    } - {""}
