"""The record that a mail goes on with: by what it answers, or by the number in its subject; and whether its sender takes part."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import frappe
from frappe.utils import split_emails

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.engine.mail.mail_parser import Mail
from complaint_qms.services.correspondence.addresses import addresses_of, bare
from complaint_qms.services.inbox.complaint_numbers import complaint_numbers

COMPLAINT: Final = "Complaint"
# How the framework ends the subject of a mail about a record.
_MARK: Final = re.compile(r"\(#([^()#]{1,140})\)\s*$")
_MOST: Final = 200
_MOST_NAMED: Final = 20


@dataclass(frozen=True)
class Thread:
    """The record that a mail belongs to by what it says. `by_number`: its subject names it, and nothing that was
    sent. `sent_about`: the complaint that it is about, which was merged into that one."""

    doctype: str
    name: str
    by_number: bool = False
    sent_about: str = ""


def thread_of(mail: Mail) -> Thread | None:
    """The record that a mail goes on with; of a merged complaint the one it was merged into."""
    found = _answered(mail.answers) or _named(mail.subject)
    if not found or found.doctype != COMPLAINT:
        return found
    row = frappe.db.get_value(COMPLAINT, found.name, ["stage", "duplicate_of"], as_dict=True)
    if row and row.stage == "duplicate" and row.duplicate_of:
        return Thread(COMPLAINT, row.duplicate_of, found.by_number, sent_about=found.name)
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


def takes_part(mail: Mail, thread: Thread) -> bool:
    """Whether who a mail is from takes part in the complaint that it belongs to, or in the one that was merged into that."""
    return any(_takes_part(mail, name) for name in (thread.name, thread.sent_about) if name)


def _takes_part(mail: Mail, complaint: str) -> bool:
    """Whether who the mail is from is the complainant, somebody who was written to or wrote about the complaint, a mailbox of the
    site, or a user who may see it. Where an answer is to go (Reply-To) is anybody's to name, and proves nothing."""
    author = mail.author[1]
    if not author:
        return False
    doc = frappe.get_doc(COMPLAINT, complaint)
    if author in addresses_of(doc) or author in _in_talk(complaint):
        return True
    if frappe.db.exists("Email Account", {"email_id": author}):
        return True
    users = frappe.get_all("User", {"email": author, "enabled": 1}, pluck="name", order_by="name asc")
    return any(frappe.has_permission(COMPLAINT, "read", doc=doc, user=user) for user in users)


def _answered(answers: Iterable[str]) -> Thread | None:
    """What the nearest mail was about that is known: a mail on a record, one that was sent from it, or one in the inbox. Where the mail
    stands now comes first: the framework's Relink moves nothing else."""
    wanted = list(answers)
    if not wanted:
        return None
    known: dict[str, Thread] = {}
    of_mail = frappe.get_all(
        "Communication",
        {"message_id": ("in", wanted), "reference_name": ("is", "set")},
        ["name", "message_id", "reference_doctype", "reference_name"],
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
    for row in kept:
        known[row.message_id] = Thread(COMPLAINT, row.complaint)
    beside = _beside([row.name for row in of_mail if row.reference_doctype != COMPLAINT and kept])
    for row in (*sent, *of_mail):
        if row.name not in beside:
            known[row.message_id] = Thread(row.reference_doctype, row.reference_name)
    return next((known[name] for name in wanted if name in known), None)


def _beside(mails: list[str]) -> set[str]:
    """Those of mails on records of other apps that stand on a complaint as well, which their answers go on with."""
    if not mails:
        return set()
    linked = {"parent": ("in", mails), "parenttype": "Communication", "link_doctype": COMPLAINT}
    return set(frappe.get_all("Communication Link", linked, pluck="parent", order_by="parent asc"))


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
    """Addresses that stand on the mails about a complaint. Who sent what looks like a machine's is nobody's correspondent."""
    rows = frappe.get_all(
        "Communication",
        {"reference_doctype": COMPLAINT, "reference_name": complaint, "communication_medium": "Email"},
        ["sender", "recipients", "cc", "bcc", "sent_or_received", AUTOMATIC_FIELD],
        order_by="creation desc",
        limit=_MOST,
    )
    return {
        bare(address)
        for row in rows
        if row.sent_or_received == "Sent" or not row.get(AUTOMATIC_FIELD)
        for text in (row.sender, row.recipients, row.cc, row.bcc)
        for address in split_emails(text or "")
    } - {""}
