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
from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE, FAILED, NOTICE, QUEUED, SENT, WAITING
from complaint_qms.integrations.erpnext.customer_contacts import people_of
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.by_itself import marked, without_secrets
from complaint_qms.services.correspondence.composing import why_no_mail
from complaint_qms.services.field_action import customers, notice_text
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said as said_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.timeline import line

_METHOD: Final = f"{__name__}.send_waiting"
_AT_ONCE: Final = 5000
_LINK_DAYS: Final = 180
_QUEUE: Final = "Email Queue"


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
    there = set(
        frappe.get_all(
            NOTICE, {"field_action": action.name, "number": number}, pluck="notice_key", order_by="name asc"
        )
    )
    made = 0
    for doc in docs:
        for one in people.get(doc.customer, {}).get("people", ()):
            key = f"{doc.name}:{number}:{one['email'].lower()}"[:140]
            if key in there or not validate_email_address(one["email"]):
                continue
            there.add(key)
            values = {
                "doctype": NOTICE, "field_action": action.name, "field_action_customer": doc.name, "customer": doc.customer,
                "contact_name": one["name"], "sent_to": one["email"], "language": doc.language, "number": number,
                "state": WAITING, "notice_key": key,
            }  # fmt: skip
            frappe.get_doc(values).insert(ignore_permissions=True)
            made += 1
    return made


def send_failed_again(name: str) -> None:
    """Have a notice sent anew that failed.

    Raises:
        frappe.ValidationError: it did not fail.
    """
    notice = frappe.get_doc(NOTICE, name, for_update=True)
    notice.check_permission("read")
    action = frappe.get_doc(DOCTYPE, notice.field_action)
    customers.check_staff(action)
    check_may_send(action)
    if notice.state != FAILED:
        refuse(_("This notice did not fail. Load the page again."))
    people = people_of([notice.customer]).get(notice.customer, {}).get("people", ())
    # An address that was corrected meanwhile is the one to use.
    if notice.sent_to not in [one["email"] for one in people]:
        correct = next(
            (one["email"] for one in people if one["email"] and validate_email_address(one["email"])), None
        )
        if not correct or frappe.db.exists(
            NOTICE,
            {
                "field_action_customer": notice.field_action_customer,
                "number": notice.number,
                "sent_to": correct,
            },
        ):
            refuse(
                _(
                    "{0} is no address of the customer any more. Correct the contact, then choose “Send Notices”."
                ).format(escape_html(notice.sent_to))
            )
        writing.set_values(NOTICE, name, {"sent_to": correct}, "address corrected")
    writing.set_values(NOTICE, name, {"state": WAITING, "error": None}, "to be sent again")
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
                lambda one: _send(one[0], moment),
                "Notice of a field action not sent",
                lambda one: (NOTICE, one),
            )
            for name in names
        ]
    return sum(one == [True] for one in done)


def follow_queue() -> None:
    """What became of the mails of notices: sent, or given up with a reason. Two queries, whatever their number; then a write for each kind."""
    notice, queue = frappe.qb.DocType(NOTICE), frappe.qb.DocType(_QUEUE)
    rows = (
        frappe.qb.from_(notice)
        .inner_join(queue)
        .on(queue.communication == notice.communication)
        .select(notice.name, notice.field_action, notice.field_action_customer, queue.status, queue.error)
        .where(
            (notice.state == QUEUED)
            & queue.status.isin(("Sent", "Error", "Partially Sent", "Partially Errored"))
        )
        .limit(_AT_ONCE)
    ).run(as_dict=True)
    gone = [row for row in rows if row.status == "Sent"]
    lost = [row for row in rows if row.status != "Sent"]
    writing.set_where(NOTICE, [row.name for row in gone], {"state": SENT, "error": None}, "the mail has left")
    for row in lost:
        writing.set_values(
            NOTICE, row.name, {"state": FAILED, "error": _reason(row.error)}, "the mail was given up"
        )
    _follow_customers({row.field_action_customer for row in lost})
    if rows:
        frappe.db.commit()


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


def _send(name: str, now: datetime) -> bool:
    notice = frappe.get_doc(NOTICE, name, for_update=True)
    if notice.state != WAITING:
        return False
    action = frappe.get_doc(DOCTYPE, notice.field_action)
    customer = frappe.get_doc(CUSTOMER, notice.field_action_customer, for_update=True)
    if action.stage != "under_way" or cint(action.is_mock):
        writing.set_values(
            NOTICE, name, {"state": FAILED, "error": _("The field action is not under way.")}, "not sent"
        )
        return False
    token = secrets.token_urlsafe(24)
    language = notice.language or frappe.db.get_default("lang") or "en"
    link = get_url(f"/field-notice?_lang={language}#{token}")
    is_reminder = cint(notice.number) > 0
    try:
        text = notice_text.notice_said(
            action, customer, language, link, contact=notice.contact_name, is_reminder=is_reminder
        )
        sent = _mail(action, notice, text, is_reminder)
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        writing.set_values(NOTICE, name, {"state": FAILED, "error": said_of(refusal)[:500]}, "not sent")
        _follow_customers({customer.name})
        return False
    values = {
        "state": QUEUED, "sent_at": now, "communication": sent, "error": None, "token_hash": token_hash(token),
        "expires_on": now + timedelta(days=cint(action.link_days) or _LINK_DAYS),
    }  # fmt: skip
    writing.set_values(NOTICE, name, values, "given to the mail queue")
    customer.sent_at = customer.sent_at or now
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


def _follow_customers(names: set[str]) -> None:
    """A customer none of whose notices left has not been told."""
    for name in sorted(names):
        doc = frappe.get_doc(CUSTOMER, name, for_update=True)
        if not frappe.db.exists(NOTICE, {"field_action_customer": name, "state": ("in", (QUEUED, SENT))}):
            doc.sent_at = None
        customers.store(doc)
        customers.refresh_figures(doc.field_action)


def _reason(error: str | None) -> str:
    lines = [one.strip() for one in (error or "").splitlines() if one.strip()]
    return (lines[-1] if lines else _("The mail could not be sent."))[:500]
