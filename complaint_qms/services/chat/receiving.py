"""A request to a channel's address: verified before anything else, and each of its messages kept once in the inbox."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import frappe
from frappe.model.document import Document
from frappe.utils import get_system_timezone

from complaint_qms.constants.inbox import CHAT, DOCTYPE
from complaint_qms.engine.message import Message
from complaint_qms.integrations.messaging.inbound import Inbound, Receipt, Received, Request, Unreadable
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.chat import channels, inbox_reader, media, sending
from complaint_qms.services.inbox.store import InboundMessage, Sender, keep_message
from complaint_qms.services.record import timeline

_LONGEST_RAW: Final = 1 << 20
_PAYLOAD: Final = "message.json"
_LOST_CONTEXT: Final = Message("The context that was sent with it cannot be kept: replies go out without it.")


def take(channel: Document, request: Request) -> str:
    """What a request is answered with; its messages are kept, and read by jobs.

    Raises:
        Refused: nobody who knows the channel's secret has sent it, or long ago.
        NotTaken: it holds more than is taken at once.
    """
    client = channels.client_of(channel)
    account = channels.account_of(channel)
    try:
        received = client.receive_request(account, request)
    except Unreadable as unreadable:
        with acting_as():
            _take_unreadable(channel, unreadable)
        return getattr(client, "TAKEN", "")
    if request.method == "GET":
        return received.answer
    with acting_as():
        _take_received(channel, received)
        for account_id, others in received.elsewhere.items():
            if other := channels.sharing(channel, account_id):
                _take_received(other, others)
            elif others.messages:
                _take_unreadable(channel, Unreadable(others.raw))
    return received.answer


def _take_received(channel: Document, received: Received) -> None:
    if received.unread:
        _take_unreadable(channel, Unreadable(received.unread))
    for inbound in received.messages:
        _take_message(channel, inbound, received.raw[:_LONGEST_RAW])
    _take_receipts(channel, received.receipts)


def _take_message(channel: Document, inbound: Inbound, raw: str) -> None:
    came = [media.judge_file(channel, one) for one in inbound.media if one.content is not None]
    problems = [one.problem for one in came if one.problem]
    later = replace(inbound, media=tuple(one for one in inbound.media if one.content is None))
    payload = {"inbound": later.to_data(), "refused": len(problems), "raw": raw}
    kept = keep_message(
        InboundMessage(
            road=CHAT,
            sender=Sender(inbound.sender_name, inbound.phone or inbound.sender_id),
            received_at=_site_time(inbound.at),
            text=inbound.text,
            payload=json.dumps(payload, ensure_ascii=False),
            payload_name=_PAYLOAD,
            files=tuple(one.file for one in came if one.file),
            message_id=inbound.message_id,
            **_of_channel(channel),
        ),
        read_by_caller=True,
    )
    if kept.is_new:
        item = frappe.get_doc(DOCTYPE, kept.name)
        for problem in [*problems, *([_LOST_CONTEXT] if inbound.lost_context else [])]:
            timeline.note_on(item, problem)
        inbox_reader.request_reading(channel.name, item.sender_address)


def _take_unreadable(channel: Document, unreadable: Unreadable) -> None:
    """A signed request that says nothing that can be read waits for a person."""
    keep_message(
        InboundMessage(
            road=CHAT,
            sender=Sender(address=unreadable.sender),
            text=unreadable.raw,
            payload=json.dumps({"raw": unreadable.raw[:_LONGEST_RAW]}, ensure_ascii=False),
            payload_name=_PAYLOAD,
            **_of_channel(channel),
        )
    )


def _of_channel(channel: Document) -> dict[str, Any]:
    return {
        "scope": channel.name,
        "channel": channels.complaint_channel(channel),
        "company": channel.company,
    }


def _take_receipts(channel: Document, receipts: tuple[Receipt, ...]) -> None:
    for failed in (one for one in receipts if one.failed):
        sending.mark_failed(channel.name, failed.message_id, failed.error)


def _site_time(at: datetime | None) -> datetime | None:
    try:
        return at.astimezone(ZoneInfo(get_system_timezone())).replace(tzinfo=None) if at else None
    except OverflowError:
        return None  # at the end of all days
