"""Messages for the tests of the inbox, and a reader that answers what a test has put down."""

from __future__ import annotations

from datetime import datetime

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.constants import inbox
from complaint_qms.constants.inbox import DOCTYPE, WAITING
from complaint_qms.engine.message import Message
from complaint_qms.services.inbox import rest, understanding
from complaint_qms.services.inbox.outcomes import Waits
from complaint_qms.services.inbox.store import InboundFile, InboundMessage, Sender, keep_message

NOW = datetime(2026, 11, 20, 9, 0)
PHOTO = InboundFile("leak.png", b"\x89PNG of a leak")
READER = "complaint_qms.services.inbox.rest.read_request"  # the tests put their own in its place
answer: list = []
"""What `read` gives or raises: the last one."""


def read(item):
    """The reader of the tests: gives or raises what the test has put down."""
    given = answer[-1](item) if callable(answer[-1]) else answer[-1]
    if isinstance(given, Exception):
        raise given
    return given


def take_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have `read` read what comes in by web pages."""
    monkeypatch.setattr(rest, "read_request", read)
    monkeypatch.setitem(inbox.ROADS, inbox.PAGE, READER)
    answer.clear()


def message(**values) -> InboundMessage:
    return InboundMessage(
        **{
            "road": inbox.PAGE,
            "sender": Sender("Ada Example", f"{frappe.generate_hash(length=8)}@example.com"),
            "received_at": NOW,
            "subject": "Kettle leaks",
            "text": "It leaks at the handle.\nWater < 5 ml <b>each</b> time, wrote Bob <bob@example.com>.",
            "payload": '{"raw": "as it was sent"}',
            **values,
        }
    )


def waiting(**values) -> Document:
    """An item that waits for a decision."""
    answer.append(Waits(Message("“{field}” is missing.", {"field": "Company"})))
    name = keep_message(message(**values)).name
    assert understanding.understand(name) == WAITING
    return frappe.get_doc(DOCTYPE, name)
