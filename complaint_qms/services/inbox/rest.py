"""Requests to register a complaint: what is refused waits in the inbox as it was sent, until its sender or a person mends it.

What is registered is not kept a second time: the complaint holds every field that was sent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime, nowdate

from complaint_qms.constants.inbox import ADDED, DISMISSED, DOCTYPE, REGISTERED, REST, TAKEN, WAITING
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.inbox import reasons
from complaint_qms.services.inbox.item import locked, write
from complaint_qms.services.inbox.outcomes import Outcome, Registered
from complaint_qms.services.inbox.rest_keys import key_of, scope_of
from complaint_qms.services.inbox.store import (
    InboundMessage,
    Sender,
    content_hash,
    keep_within,
    raw_of,
    replace_content,
    unique_key,
)
from complaint_qms.services.intake import idempotency, register
from complaint_qms.services.intake.register import CLOSED_TO_CALLERS
from complaint_qms.services.record import timeline
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.transactions import without_deadlock

_FILE: Final = "request.json"


def register_sent(sent: dict[str, Any]) -> Document:
    """Register what a request sends; with a key, also where a person has decided about it meanwhile.

    Raises:
        frappe.ValidationError: as `register`; the request is kept once its transaction is rolled back.
    """
    message = message_of(sent)
    before = items_of([message]).get(unique_key(message)) if message.message_id else None
    try:
        if before and (decided := decided_by_person(before)):
            return decided
        doc = register.register(sent)
    except frappe.ValidationError as error:
        # One who sends no request gets the error, and has what was sent.
        if getattr(frappe.local, "request", None):
            reason = reasons.of_error(error)
            frappe.db.after_rollback.add(partial(_keep_at_last, message, reason))
        raise
    settle([(before, doc.name)] if before else [])
    return doc


def keep_refused(message: InboundMessage, reason: str) -> str:
    """Keep a request that was refused, with why; the same key again with other values is the same item with these values."""
    kept = keep_within(message, reason)
    if kept.is_new:
        return kept.name
    item, found = locked(kept.name), content_hash(message)
    if _is_put_away(item):
        _note_sent_again(item)
    elif item.state not in TAKEN and (found != item.content_hash or item.state == WAITING):
        if found == item.content_hash:
            write(item, state=WAITING, reason=reason)
        else:
            replace_content(item, message, state=WAITING, reason=reason)
    return kept.name


def settle(pairs: list[tuple[Mapping[str, Any], str]]) -> None:
    """The items of requests that were refused before and are registered now, each with its complaint, say so."""
    for before, complaint in pairs:
        item = locked(before.name) if before.state not in TAKEN else None
        if item and item.state not in TAKEN:
            write(item, state=REGISTERED, complaint=complaint, reason=None, next_attempt=None)


def read_request(item: Document) -> Outcome:
    """Register it once more, as who sent it: what stood in the way may be mended."""
    user = (item.scope or "").rpartition(idempotency.SEPARATOR)[2] or item.owner
    with acting_as(user):
        sent = json.loads(raw_of(item))
        return Registered(
            register.register(sent | {"source_doctype": DOCTYPE, "source_name": item.name}).name
        )


def message_of(sent: dict[str, Any]) -> InboundMessage:
    """A request as a message; `message_id` is its key, and empty where it has none that counts."""
    text = sent.get("description") if isinstance(sent.get("description"), str) else ""
    fields = {name: value for name, value in sent.items() if name not in CLOSED_TO_CALLERS}
    company = idempotency.company_of(sent.get("company"))
    return InboundMessage(
        road=REST,
        sender=Sender(
            _text(sent, "complainant_name"), _text(sent, "contact_email") or _text(sent, "contact_phone")
        ),
        received_at=now_datetime(),
        subject=_text(sent, "subject"),
        text=without_tags(text),
        payload=json.dumps(fields, ensure_ascii=False, default=str, indent=1),
        payload_name=_FILE,
        message_id=key_of(sent),
        scope=scope_of(company, frappe.session.user),
        channel=_text(sent, "channel"),
        company=company,
        customer=_text(sent, "customer"),
    )


def items_of(messages: list[InboundMessage]) -> dict[str, Any]:
    """Items of these messages by their unique key, those that were refused before; one query, none without messages."""
    if not messages:
        return {}
    table = frappe.qb.DocType(DOCTYPE)
    # Asked before each registration with a key: past the framework's list query, which takes longer than the answer.
    rows = (
        frappe.qb.from_(table)
        .select(table.name, table.state, table.complaint, table.unique_key, table.decided_by)
        .where(table.unique_key.isin([unique_key(message) for message in messages]))
    ).run(as_dict=True)
    return {row.unique_key: row for row in rows}


def decided_by_person(before: Mapping[str, Any]) -> Document | None:
    """The complaint to which a person has added a request; None while its sender may mend it.

    Raises:
        frappe.PermissionError: its sender may not read that complaint.
        frappe.ValidationError: a person has decided that it is no complaint, which stands however often it is sent.
    """
    if _is_put_away(before):
        refuse(
            _(
                "What was sent with this “idempotency_key” was looked at and is no complaint ({0}). If this is another one, send it with another key."
            ).format(before.name)
        )
    if before.state != ADDED:
        return None
    doc = frappe.get_doc("Complaint", before.complaint)
    doc.check_permission("read")
    return doc


def _is_put_away(item: Mapping[str, Any] | Document) -> bool:
    return item.state == DISMISSED and bool(item.decided_by)


def _note_sent_again(item: Document) -> None:
    """On its timeline, once a day: senders that get no complaint may try on and on."""
    today = {
        "reference_doctype": DOCTYPE,
        "reference_name": item.name,
        "comment_type": "Info",
        "creation": (">=", nowdate()),
    }
    if not frappe.db.exists("Comment", today | {"owner": frappe.session.user}):
        timeline.note_on(
            item, timeline.line("Its sender has sent it again. It stays put away; nothing was registered.")
        )


def _keep_at_last(message: InboundMessage, reason: str) -> None:
    """After the transaction of a refused request was rolled back. Its answer is on the way already."""
    try:
        without_deadlock(partial(keep_refused, message, reason))
        frappe.db.commit()
    except Exception as error:
        frappe.db.rollback()
        frappe.log_error(title="Refused request not kept", message=way_of(error))


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name)
    return value if isinstance(value, str) else ""
