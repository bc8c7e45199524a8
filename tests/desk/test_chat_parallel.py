"""Chats when several processes act at the same moment: each message is kept, read and sent once, in its order."""

from __future__ import annotations

import json
import time

import frappe
import pytest

from complaint_qms.constants.chat import CHANNEL, CHAT, MESSAGE
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.integrations.messaging.inbound import Request
from complaint_qms.services.chat import inbox_reader, receiving, sending
from tests.chat_service import service
from tests.desk import workers
from tests.desk.chatting import SENDER, a_channel, chat_of, items, message, sends, signed, turns

pytestmark = [pytest.mark.slow, pytest.mark.commits]
BODY = json.dumps(message("Hello") | {"id": "m-1"}).encode()


def post(channel) -> str:
    headers = {name.lower(): value for name, value in signed(BODY).items()}
    return receiving.take(channel, Request("POST", {}, headers, BODY, time.time()))


def read(channel) -> int:
    return inbox_reader.read_chat(channel.name, SENDER)


def send(_channel) -> int:
    return sending.send_due()


def at_once(channel, task, times: int) -> list[str]:
    return workers.at_once(workers.Worker("Administrator", CHANNEL, channel.name, task) for _ in range(times))


def test_a_message_that_is_posted_by_six_at_once_is_kept_once():
    channel = a_channel()
    frappe.db.commit()
    assert [answer.strip() for answer in at_once(channel, post, 6)] == ["done"] * 6
    assert frappe.db.count(DOCTYPE, {"scope": channel.name}) == 1


def test_messages_of_a_new_sender_are_read_in_order_by_four_jobs_at_once():
    channel = a_channel()
    said = [f"Message number {number}" for number in range(6)]
    for text in said:
        sends(channel, message(text), read=False)
    frappe.db.commit()
    answers = at_once(channel, read, 4)
    assert all(answer.startswith("done") for answer in answers), answers
    assert frappe.db.count(CHAT, {"channel": channel.name}) == 1
    assert [turn.text for turn in turns(chat_of(channel), "sender")] == said
    assert not {item.state for item in items(channel)} & {"new"}


def test_a_reply_is_sent_once_by_four_jobs_at_once():
    with service() as played:
        played.answers_json("/replies", {"message_id": "out"})
        channel = a_channel(service_address=f"{played.url}/replies")
        for text in ("Hello", "I want to know something"):
            sends(channel, message(text))
        frappe.db.commit()
        at_once(channel, send, 4)
        spoken = turns(chat_of(channel), "assistant")
        assert [one.data["text"] for one in played.asked] == [turn.text for turn in spoken]
        assert {turn.state for turn in spoken} == {"sent"}
        assert frappe.db.count(MESSAGE, {"state": "queued"}) == 0
