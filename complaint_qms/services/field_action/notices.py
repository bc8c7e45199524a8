"""Notices of a field action to each contact of each customer, once each: written down when they are asked for, sent by a job."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.email_body import get_message_id
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_string_between, get_url, now_datetime, validate_email_address

from complaint_qms.constants.correspondence import FIELD_NOTICE, FIELD_REMINDER, KIND_FIELD
from complaint_qms.constants.field_action import (
    DOCTYPE,
    FAILED,
    NOT_NEEDED,
    NOTICE,
    QUEUED,
    SENT,
    WAITING,
)
from complaint_qms.integrations.erpnext.customer_contacts import people_of
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.by_itself import marked, without_secrets
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.field_action import customers, notice_text, storing
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said as said_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.timeline import line
from complaint_qms.services.transactions import roll_back_to, without_deadlock

_METHOD: Final = f"{__name__}.send_waiting"
_AT_ONCE: Final = 5000
_LINK_DAYS: Final = 180
_QUEUE: Final = "Email Queue"
_SAVEPOINT: Final = "field_notice"


def ask_to_send(action: Document) -> int:
    """Have every contact told that was not yet; how many notices. The job sends them when the request is done.

    Raises:
        frappe.ValidationError: it is not under way, or a mock recall, or no mail can leave the site.
    """
    customers.check_staff(action)
    check_may_send(action)
    told = [doc for doc in customers.all_of(action.name) if not doc.is_left_out and not doc.acknowledged_at]
    made = write_down(action, told, number=0)
    if made:
        timeline.note_on(action, line("Notices are sent: {0}", made))
    enqueue_notices()
    return made


def check_may_send(action: Document) -> None:
    """Raises:
    frappe.ValidationError: no notice of this action may leave.
    """
    if cint(action.is_mock):
        refuse(_("This is a mock recall: no notice ever leaves."))
    if action.stage != "under_way":
        refuse(_("Notices are sent once the field action is approved and under way."))
    if why := why_no_mail():
        refuse(why)


def write_down(action: Document, docs: list[Document], number: int) -> int:
    """Write down notices to the contacts of customers who have none of this number; how many."""
    people = people_of(doc.customer for doc in docs)
    there = {row.notice_key: row for row in _written_down(action.name, number)}
    made, again = 0, []
    for doc in docs:
        for one in people.get(doc.customer, {}).get("people", ()):
            key = customers.kept_key(doc.name, str(number), one["email"].lower())
            if not validate_email_address(one["email"]):
                continue
            if key in there:
                again += [there[key].name] if there[key].state == NOT_NEEDED else []
                continue
            values = {
                "doctype": NOTICE, "field_action": action.name, "field_action_customer": doc.name, "customer": doc.customer,
                "contact_name": one["name"], "sent_to": one["email"], "language": doc.language, "number": number,
                "state": WAITING, "notice_key": key,
            }  # fmt: skip
            there[key] = storing.insert_by_app(frappe.get_doc(values))
            made += 1
    # Of customers who were left out while it waited, and were taken in again.
    writing.set_where(NOTICE, again, {"state": WAITING}, "needed again")
    return made + len(set(again))


def send_failed_again(name: str) -> None:
    """Have a notice sent anew that failed.

    Raises:
        frappe.PermissionError: the user may not.
        frappe.ValidationError: it did not fail, or need not be sent any more.
    """
    customers.check_role()
    frappe.has_permission(NOTICE, "read", throw=True)
    seen = frappe.get_doc(NOTICE, name)
    seen.check_permission("read")
    action = customers.open_action(seen.field_action, "read")
    check_may_send(action)
    customer = customers.hold_customer(seen.field_action_customer)
    notice = frappe.get_doc(NOTICE, name, for_update=True)
    if notice.state != FAILED:
        refuse(_("This notice did not fail. Load the page again."))
    if not _is_to_be_told(customer):
        refuse(_("This customer has acknowledged it or is left out. Load the page again."))
    writing.set_values(
        NOTICE,
        name,
        {"state": WAITING, "error": None, "sent_to": _present_address(notice)},
        "to be sent again",
    )
    enqueue_notices()


def enqueue_notices() -> None:
    """Have what waits sent once this is stored."""
    frappe.enqueue(
        _METHOD,
        queue="short",
        job_id="complaint_qms_field_notices",
        deduplicate=True,
        enqueue_after_commit=True,
    )


def enqueue_left_notices() -> None:
    """For the scheduler: what a lost job left, and what has become of what was queued."""
    if frappe.db.exists(NOTICE, {"state": ("in", (WAITING, QUEUED))}):
        enqueue_notices()


def send_waiting(now: datetime | None = None) -> int:
    """Send what waits, and note what became of what was queued; how many were sent. Commits after each."""
    moment = now or now_datetime()
    follow_queue()
    names = frappe.get_all(
        NOTICE, {"state": WAITING}, pluck="name", order_by="creation asc, name asc", limit=_AT_ONCE
    )
    with acting_as():
        done = [
            batches.in_parts(
                [name],
                lambda one: without_deadlock(lambda: _send(one[0], moment)),
                "Notice of a field action not sent",
                lambda one: (NOTICE, one),
            )
            for name in names
        ]
    return sum(one == [True] for one in done)


def follow_queue() -> None:
    """What became of the mails of notices: sent, or given up with a reason. Commits."""
    notice, queue = frappe.qb.DocType(NOTICE), frappe.qb.DocType(_QUEUE)
    rows = (
        frappe.qb.from_(notice)
        .inner_join(queue)
        .on(queue.communication == notice.communication)
        .select(
            notice.name,
            notice.field_action,
            notice.field_action_customer,
            queue.status,
            queue.error,
            queue.modified,
        )
        .where(
            (notice.state == QUEUED)
            & queue.status.isin(("Sent", "Error", "Partially Sent", "Partially Errored"))
        )
        .limit(_AT_ONCE)
    ).run(as_dict=True)
    ended: dict[str, list[frappe._dict]] = {}
    for row in rows:
        ended.setdefault(row.field_action, []).append(row)
    for action, mails in ended.items():
        batches.in_parts(
            [action],
            lambda one, mails=mails: without_deadlock(lambda: _note_ends(one[0], mails)),
            "Mails of a field action not followed",
            lambda one: (DOCTYPE, one),
        )


def token_hash(token: str) -> str:
    """What is kept of the secret of a link."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def notices_of(action: str) -> list[dict[str, Any]]:
    """Notices of an action, the newest first."""
    return frappe.get_all(
        NOTICE,
        {"field_action": action},
        [
            "name",
            "field_action_customer",
            "sent_to",
            "contact_name",
            "number",
            "state",
            "sent_at",
            "opened_at",
            "error",
            "communication",
        ],
        order_by="creation desc, name desc",
    )


def _written_down(action: str, number: int) -> list[frappe._dict]:
    """The notices that are there. Read with a lock: what somebody wrote down who held the action a moment ago is not in this
    transaction's snapshot yet."""
    notice = frappe.qb.DocType(NOTICE)
    query = frappe.qb.from_(notice).select(notice.name, notice.notice_key, notice.state)
    mine = (notice.field_action == action) & (notice.number == number)
    return query.where(mine).for_update().run(as_dict=True)


def _send(name: str, now: datetime) -> bool:
    place = frappe.db.get_value(NOTICE, name, ["field_action", "field_action_customer"], as_dict=True)
    action = customers.hold_action(place.field_action)
    customer = customers.hold_customer(place.field_action_customer)
    notice = frappe.get_doc(NOTICE, name, for_update=True)
    if notice.state != WAITING:
        return False
    if not _is_to_be_told(customer):
        writing.set_values(
            NOTICE, name, {"state": NOT_NEEDED, "error": None}, "the customer acknowledged, or is left out"
        )
        return False
    if action.stage != "under_way" or cint(action.is_mock):
        writing.set_values(
            NOTICE, name, {"state": FAILED, "error": _("The field action is not under way.")}, "not sent"
        )
        return False
    token = secrets.token_urlsafe(24)
    language = notice.language or frappe.db.get_default("lang") or "en"
    link = get_url(f"/field-notice?_lang={language}#{token}")
    is_reminder = cint(notice.number) > 0
    frappe.db.savepoint(_SAVEPOINT)
    try:
        text = notice_text.notice_said(
            action, customer, language, link, contact=notice.contact_name, is_reminder=is_reminder
        )
        sent = _mail(action, notice, text, is_reminder)
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        # No message stays that says it was sent.
        roll_back_to(_SAVEPOINT)
        writing.set_values(NOTICE, name, {"state": FAILED, "error": said_of(refusal)[:500]}, "not sent")
        _follow(customer)
        return False
    values = {
        "state": QUEUED, "sent_at": now, "communication": sent, "error": None, "token_hash": token_hash(token),
        "expires_on": now + timedelta(days=cint(action.link_days) or _LINK_DAYS),
    }  # fmt: skip
    writing.set_values(NOTICE, name, values, "given to the mail queue")
    customers.store(customer)
    return True


def _mail(action: Document, notice: Document, text: dict[str, str], is_reminder: bool) -> str:
    account = EmailAccount.find_outgoing(match_by_doctype="Complaint")
    if why := why_no_mail():
        refuse(why)
    message = frappe.get_doc(
        {
            "doctype": "Communication",
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "sender": account.email_id,
            "sender_full_name": action.company,
            "recipients": notice.sent_to,
            "subject": text["subject"],
            "content": without_secrets(text["content"]),
            "email_template": text["template"],
            "reference_doctype": DOCTYPE,
            "reference_name": action.name,
            "message_id": get_string_between("<", get_message_id(), ">"),
            KIND_FIELD: FIELD_REMINDER if is_reminder else FIELD_NOTICE,
        }
    )
    message.flags.skip_add_signature = True
    message.insert(ignore_permissions=True)
    message.content = text["content"]
    with marked("generated"):
        message.send_email()
    return message.name


def _is_to_be_told(customer: Document) -> bool:
    return not customer.is_left_out and not customer.acknowledged_at


def _present_address(notice: Document) -> str:
    """Where a notice goes that failed: an address that was corrected meanwhile is the one to use.

    Raises:
        frappe.ValidationError: the customer has it no more, and no other to which nothing went.
    """
    people = people_of([notice.customer]).get(notice.customer, {}).get("people", ())
    if notice.sent_to in [one["email"] for one in people]:
        return notice.sent_to
    correct = next(
        (one["email"] for one in people if one["email"] and validate_email_address(one["email"])), None
    )
    taken = {
        "field_action_customer": notice.field_action_customer,
        "number": notice.number,
        "sent_to": correct,
    }
    if not correct or frappe.db.exists(NOTICE, taken):
        refuse(
            _(
                "{0} is no address of the customer any more. Correct the contact, then choose “Send Notices”."
            ).format(escape_html(notice.sent_to))
        )
    return correct


def _note_ends(action: str, rows: list[frappe._dict]) -> None:
    """Mails of an action have left or were given up; a customer none of whose notices left has not been told."""
    customers.hold_action(action)
    docs = [customers.hold_customer(name) for name in sorted({row.field_action_customer for row in rows})]
    left = [row for row in rows if row.status == "Sent"]
    if left:
        writing.set_where(
            NOTICE, [row.name for row in left], {"state": SENT, "error": None}, "the mail has left"
        )
    for row in rows:
        if row.status != "Sent":
            writing.set_values(
                NOTICE, row.name, {"state": FAILED, "error": _reason(row.error)}, "the mail was given up"
            )
    for doc in docs:
        _follow(
            doc, min((row.modified for row in left if row.field_action_customer == doc.name), default=None)
        )
    customers.refresh_figures(action)


def _follow(customer: Document, left_at: datetime | None = None) -> None:
    """A customer has been told once a mail has left; one that waits in the mail queue tells nobody."""
    left = {"field_action_customer": customer.name, "state": SENT}
    if left_at:
        customer.sent_at = customer.sent_at or left_at
    elif not frappe.db.get_value(NOTICE, left, "name", for_update=True):
        customer.sent_at = None
    customers.store(customer)


def _reason(error: str | None) -> str:
    lines = [one.strip() for one in (error or "").splitlines() if one.strip()]
    return (lines[-1] if lines else _("The mail could not be sent."))[:500]
