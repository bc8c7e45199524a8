"""Notices of a field action to each contact of each customer, once each: written down when they are asked for, sent by a job, each by the way
that its reader is told by (`ways`)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe import _
from frappe.email.doctype.email_account.email_account import EmailAccount
from frappe.email.email_body import get_message_id
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_string_between, get_url, now_datetime

from complaint_qms.constants.correspondence import FIELD_NOTICE, FIELD_REMINDER, KIND_FIELD
from complaint_qms.constants.field_action import (
    BY_MAIL,
    DOCTYPE,
    FAILED,
    MESSAGE_KIND,
    NOT_NEEDED,
    NOTICE,
    QUEUED,
    TAKEN_BACK,
    WAITING,
)
from complaint_qms.integrations.erpnext.customer_contacts import people_of
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.by_itself import marked, without_secrets
from complaint_qms.services.field_action import customers, delivery, mailing, notice_text, withdrawing
from complaint_qms.services.field_action.ways import Ways
from complaint_qms.services.notify import outbox
from complaint_qms.services.notify.channels import connected
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said as said_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.timeline import line
from complaint_qms.services.transactions import OVERTAKEN, roll_back_to, without_deadlock

_METHOD: Final = f"{__name__}.send_waiting"
_AT_ONCE: Final = 5000
_LINK_DAYS: Final = 180
_SAVEPOINT: Final = "field_notice"
_WHAT: Final = "Notice of a field action not sent"


def ask_to_send(action: Document) -> int:
    """Have every contact told that was not yet; how many notices. The job sends them when the request is done.

    Raises:
        frappe.ValidationError: it is not under way, or a mock recall, or a mail would have to leave and none can.
    """
    customers.check_staff(action)
    check_may_send(action)
    told = [doc for doc in customers.all_of(action.name) if not doc.is_left_out and not doc.acknowledged_at]
    made = len(write_down(action, told, number=0))
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


def write_down(action: Document, docs: Iterable[Any], number: int, ways: Ways | None = None) -> list[str]:
    """Write down notices to the people of customers who have none of this number, all at once; the customer of each notice.

    Args:
        docs: customers of the action, or what is read of them: name, customer, language.

    Raises:
        frappe.ValidationError: one would go by mail, and none can leave the site.
    """
    docs, ways = list(docs), ways or Ways()
    people = people_of(doc.customer for doc in docs)
    there = {row.notice_key: row for row in _written_down(action.name, number)}
    rows, again, told = [], [], []
    for doc in docs:
        for way in ways.of(people.get(doc.customer)):
            key = customers.kept_key(doc.name, str(number), way.key)
            if key in there:
                if there[key].state in (NOT_NEEDED, TAKEN_BACK):
                    again.append(there[key].name)
                    told.append(doc.name)
                continue
            row = {
                "field_action": action.name, "field_action_customer": doc.name, "customer": doc.customer, "language": doc.language,
                "number": number, "state": WAITING, "notice_key": key, **way.values,
            }  # fmt: skip
            there[key] = frappe._dict(row)
            rows.append(row)
            told.append(doc.name)
    if any(row["service"] == BY_MAIL for row in rows) and (why := mailing.why_no_notice()):
        refuse(why)
    writing.insert_rows(NOTICE, rows, now_datetime(), frappe.session.user, "notice written down")
    # Of customers who were left out while it waited and were taken in again, and of an action that had ended.
    values = {"state": WAITING, "error": None, "communication": None, "message": None}
    writing.set_where(NOTICE, again, values, "needed again")
    return told


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
    values = {"state": WAITING, "error": None, "communication": None, "message": None}
    way = _present_way(notice)
    if way["service"] == BY_MAIL and (why := mailing.why_no_notice()):
        refuse(why)
    writing.set_values(NOTICE, name, values | way, "to be sent again")
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
    delivery.follow_queue()
    withdrawing.withdraw_late()
    names = frappe.get_all(
        NOTICE, {"state": WAITING}, pluck="name", order_by="creation asc, name asc", limit=_AT_ONCE
    )
    with acting_as():
        done = [
            batches.in_parts([name], lambda one: _sent(one[0], moment), _WHAT, lambda one: (NOTICE, one))
            for name in names
        ]
    return sum(one == [True] for one in done)


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
            "service",
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


def _sent(name: str, now: datetime) -> bool:
    """Whether a notice was given on. One that cannot be, for whatever reason, fails in sight of everybody; what others' work kept back waits."""
    try:
        return without_deadlock(partial(_send, name, now))
    except OVERTAKEN:
        raise
    except Exception:
        error = frappe.get_traceback()
        frappe.db.rollback()
        frappe.clear_messages()
        frappe.log_error(title=_WHAT, message=error, reference_doctype=NOTICE, reference_name=name)
        action, customer, notice = _held(name)
        if notice.state == WAITING and not _is_out_of_use(action, customer, notice):
            _fail(notice, customer, _("It could not be composed. The Error Log says why; choose “Send Again” once that is mended."))  # fmt: skip
        return False


def _send(name: str, now: datetime) -> bool:
    action, customer, notice = _held(name)
    if notice.state != WAITING or _is_out_of_use(action, customer, notice):
        return False
    token = secrets.token_urlsafe(24)
    language = notice.language or frappe.db.get_default("lang") or "en"
    link = get_url(f"/field-notice?_lang={language}#{token}")
    send = _mail if notice.service == BY_MAIL else _text
    frappe.db.savepoint(_SAVEPOINT)
    try:
        given = send(action, customer, notice, language, link, now)
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        # No message stays that says it was sent.
        roll_back_to(_SAVEPOINT)
        _fail(notice, customer, said_of(refusal))
        return False
    values = {
        "state": QUEUED, "sent_at": now, "error": None, "token_hash": token_hash(token),
        "expires_on": now + timedelta(days=cint(action.link_days) or _LINK_DAYS), **given,
    }  # fmt: skip
    writing.set_values(NOTICE, name, values, "given to the queue")
    customers.store(customer)
    return True


def _held(name: str) -> tuple[Document, Document, Document]:
    """(action, customer, notice), held in this order."""
    place = frappe.db.get_value(NOTICE, name, ["field_action", "field_action_customer"], as_dict=True)
    action = customers.hold_action(place.field_action)
    customer = customers.hold_customer(place.field_action_customer)
    return action, customer, frappe.get_doc(NOTICE, name, for_update=True)


def _is_out_of_use(action: Document, customer: Document, notice: Document) -> bool:
    """Whether nobody is to get a waiting notice any more, which then says why."""
    if not _is_to_be_told(customer):
        values = {"state": NOT_NEEDED, "error": None}
        writing.set_values(NOTICE, notice.name, values, "the customer acknowledged, or is left out")
        return True
    if action.stage != "under_way" or cint(action.is_mock):
        values = {"state": FAILED, "error": _("The field action is not under way.")}
        writing.set_values(NOTICE, notice.name, values, "not sent")
        return True
    return False


def _fail(notice: Document, customer: Document, why: str) -> None:
    writing.set_values(NOTICE, notice.name, {"state": FAILED, "error": why[:500]}, "not sent")
    delivery.follow_customer(customer)


def _text(
    action: Document, customer: Document, notice: Document, language: str, link: str, now: datetime
) -> dict[str, str]:
    """Hand a notice to the outbox, which sends it by its channel."""
    channel = connected().get(notice.notification_channel)
    if not channel:
        refuse(_("The notification channel is switched off, or gone."))
    text = notice_text.short_text(action, customer, language, is_reminder=cint(notice.number) > 0)
    about = (MESSAGE_KIND, DOCTYPE, action.name)
    return {
        "message": outbox.send_outside(
            channel.name, channel.service, notice.sent_to, text, link, language, about, now
        )
    }


def _mail(
    action: Document, customer: Document, notice: Document, language: str, link: str, now: datetime
) -> dict[str, str]:
    is_reminder = cint(notice.number) > 0
    text = notice_text.notice_said(
        action, customer, language, link, contact=notice.contact_name, is_reminder=is_reminder
    )
    account = EmailAccount.find_outgoing(match_by_doctype="Complaint")
    if why := mailing.why_no_notice():
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
        mailing.queue_for_safety(message)
    return {"communication": message.name}


def _is_to_be_told(customer: Document) -> bool:
    return not customer.is_left_out and not customer.acknowledged_at


def _present_way(notice: Document) -> dict[str, Any]:
    """How a notice goes that failed: an address that was corrected meanwhile, or another channel, is the one to use.

    Raises:
        frappe.ValidationError: the customer has it no more, and no other by which nothing went.
    """
    prefix = (notice.field_action_customer, str(cint(notice.number)))
    found = {
        customers.kept_key(*prefix, way.key): way
        for way in Ways().of(people_of([notice.customer]).get(notice.customer))
    }
    if notice.notice_key in found:
        return found[notice.notice_key].values
    about = {"field_action_customer": notice.field_action_customer, "number": notice.number}
    taken = frappe.get_all(NOTICE, about, pluck="notice_key", order_by="name asc")
    key = next((key for key in found if key not in taken), None)
    if not key:
        refuse(
            _(
                "{0} is no address of the customer any more. Correct the contact, then choose “Send Notices”."
            ).format(escape_html(notice.sent_to))
        )
    return {**found[key].values, "notice_key": key}
