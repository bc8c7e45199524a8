"""The reader of the inbox's mail road: what a kept mail is, and what becomes of it."""

from __future__ import annotations

import frappe
from frappe.model.document import Document
from frappe.utils import add_to_date, get_datetime, now_datetime

from complaint_qms.constants import mailbox
from complaint_qms.constants.correspondence import AUTOMATIC_REPLY, RETURNED
from complaint_qms.constants.evidence import SHA256
from complaint_qms.constants.inbox import DISMISSED, DOCTYPE, REGISTERED, TAKEN
from complaint_qms.engine.mail.mail_parser import Mail, read_mail
from complaint_qms.engine.message import Message
from complaint_qms.services.correspondence.addresses import is_to_customer
from complaint_qms.services.inbox import draft, origin
from complaint_qms.services.inbox.item import write
from complaint_qms.services.inbox.outcomes import Added, Dismissed, Outcome, Registered, Waits
from complaint_qms.services.inbox.store import raw_of
from complaint_qms.services.intake import register
from complaint_qms.services.mailbox import accounts, auto_reply, communications, threads

_AUTOMATIC = {
    AUTOMATIC_REPLY: Message("An automatic reply: no person wrote it."),
    RETURNED: Message("A mail server returned a mail that was not delivered."),
}
_MOST_COMPARED = 50


def read_item(item: Document) -> Outcome:
    """Understand one mail: it goes on with a complaint, becomes one, waits for a person, or is none."""
    mail = read_mail(raw_of(item))
    account = accounts.account_of(item)
    if threads.was_sent_here(mail.message_id):
        return Dismissed(Message("This site sent it itself."))
    if (known := communications.known_as(mail)) and known.reference_name:
        return _is_known(item, known)
    if thread := threads.thread_of(mail):
        return _go_on(item, mail, thread)
    if (own := mail.author[1]) and own == (account.email_id or "").lower():
        return Dismissed(Message("It was sent by the mailbox itself, {address}.", {"address": own}))
    if kept_out := _no_complaint(item, mail, account):
        return kept_out
    return _register(item, mail, account)


def _is_known(item: Document, known: frappe._dict) -> Outcome:
    """Another mailbox of the site, or this one before it registered complaints, has put the same mail on a record."""
    if known.reference_doctype == threads.COMPLAINT:
        return Added(known.reference_name, known.name)
    write(item, communication=known.name)
    place = {"doctype": known.reference_doctype, "name": str(known.reference_name)}
    return Waits(Message("The same mail stands on {doctype} {name} already.", place))


def _go_on(item: Document, mail: Mail, thread: threads.Thread) -> Outcome:
    """A mail that answers another one, or names a complaint."""
    if thread.doctype != threads.COMPLAINT:
        return _go_on_elsewhere(item, mail, thread)
    # A server gives back what was sent to somebody, and takes part in nothing; that a subject names a complaint, anybody can bring about.
    given_back = mail.automatic == RETURNED and not thread.by_number
    if not given_back and not threads.takes_part(mail, thread):
        if mail.automatic and mail.automatic != RETURNED:
            return Dismissed(_AUTOMATIC[mail.automatic])
        return Waits(
            Message(
                "It names or answers {complaint}, but {address} has no part in that complaint.",
                {"complaint": thread.name, "address": mail.author[1] or mail.author[0] or mail.sender[1]},
            )
        )
    complaint = frappe.get_doc(threads.COMPLAINT, thread.name, for_update=True)
    if thread.sent_about:
        write(item, sent_about=thread.sent_about)
    ours = accounts.is_colleague(mail.author[1], accounts.account_of(item))
    to_customer = ours and is_to_customer(complaint, [address for _name, address in (*mail.to, *mail.cc)])
    communication = communications.file_on(item, complaint, mail, is_answer=to_customer)
    if not mail.automatic:
        # What was entered by an answer is read again.
        origin.add_evidence(item, complaint.reload())
        if not to_customer:
            communications.tell_helpers(communication)
    return Added(complaint.name, communication)


def _go_on_elsewhere(item: Document, mail: Mail, thread: threads.Thread) -> Outcome:
    """An answer to a mail about a record of another app belongs there, as the framework has it; whether the customer complains
    in it, a person has to say."""
    if mail.automatic:
        return Dismissed(_AUTOMATIC[mail.automatic])
    if not frappe.db.exists(thread.doctype, thread.name):
        return Waits(Message("It answers a mail about a record that is not there any more."))
    record = frappe.get_doc(thread.doctype, thread.name)
    write(item, communication=communications.file_on(item, record, mail))
    return Waits(
        Message(
            "It answers a mail about {doctype} {name}, and stands there.",
            {"doctype": thread.doctype, "name": str(thread.name)},
        )
    )


def _no_complaint(item: Document, mail: Mail, account: Document) -> Outcome | None:
    """Why a mail that starts a conversation makes no complaint by itself; None for one that does."""
    if mail.automatic:
        return Dismissed(_AUTOMATIC[mail.automatic])
    if mail.newsletter:
        return Dismissed(Message("A newsletter, as its headers say."))
    since = account.get(mailbox.SINCE)
    if since and get_datetime(item.received_at) < get_datetime(since):
        return Dismissed(Message("It was sent before this mailbox began to register complaints."))
    sender = mail.sender[1]
    if not sender:
        return Waits(Message("It names no sender who could be answered."))
    if accounts.is_colleague(sender, account):
        if account.get(mailbox.COLLEAGUES) == mailbox.DISMISS:
            return Dismissed(Message("A colleague wrote it: {address}.", {"address": sender}))
        if account.get(mailbox.COLLEAGUES) != mailbox.REGISTER:
            return Waits(Message("A colleague wrote it: {address}.", {"address": sender}))
    return _too_often(item, sender)


def _too_often(item: Document, sender: str) -> Waits | None:
    """Machines that do not say what they are write again and again; a person who does can wait for one."""
    now = now_datetime()
    rows = frappe.get_all(
        DOCTYPE,
        {
            "sender_address": sender,
            "name": ("!=", item.name),
            "creation": (">", add_to_date(now, seconds=-mailbox.SAME_WITHIN.total_seconds())),
        },
        ["name", "subject", "state", "text", "creation", "decided_by"],
        order_by="creation desc",
        limit=_MOST_COMPARED,
    )
    alike = [
        row
        for row in rows
        if (row.state in TAKEN or (row.state == DISMISSED and row.decided_by))
        and (row.subject, row.text) == (item.subject, item.text)
    ]
    if same := _with_same_files(item.name, [row.name for row in alike]):
        return Waits(Message("It says the same as {item}.", {"item": same}))
    lately = [row for row in rows if row.state == REGISTERED and row.creation > now - mailbox.LOOKED_BACK]
    if len(lately) >= mailbox.MOST_OF_ONE_SENDER:
        return Waits(
            Message(
                "{address} has sent {count} complaints within the hour; it may be a machine.",
                {"address": sender, "count": len(lately)},
            )
        )
    return None


def _with_same_files(item: str, others: list[str]) -> str | None:
    """The first of other items that came with the same files."""
    if not others:
        return None
    rows = frappe.get_all(
        "File",
        {"attached_to_doctype": DOCTYPE, "attached_to_name": ("in", [item, *others])},
        ["attached_to_name", "name", SHA256],
        order_by="name asc",
    )
    raw = set(
        frappe.get_all(DOCTYPE, {"name": ("in", [item, *others])}, pluck="payload_file", order_by="name asc")
    )
    sums = {name: set() for name in (item, *others)}
    for row in rows:
        if row.name not in raw:
            sums[row.attached_to_name].add(row[SHA256])
    return next((name for name in reversed(others) if sums[name] == sums[item]), None)


def _register(item: Document, mail: Mail, account: Document) -> Registered:
    doc = register.register(draft.proposed_values(item))
    auto_reply.answer(account, item, doc, mail)
    return Registered(doc.name)
