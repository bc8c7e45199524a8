"""Chats where something goes wrong: a job that is cut off, a message that cannot be read, a service that is slow or refuses."""

from __future__ import annotations

import json
import socket
import threading
from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime
from frappe.utils.background_jobs import get_queue

from complaint_qms.api import chat as api
from complaint_qms.constants.chat import BACK_OFF, LEASE, MESSAGE
from complaint_qms.integrations.messaging import dingtalk, http, wechat
from complaint_qms.integrations.messaging.inbound import Reply, ServiceError
from complaint_qms.jobs import chats
from complaint_qms.services.chat import (
    channels,
    complaint_chats,
    conversation,
    handover,
    inbox_reader,
    sending,
)
from complaint_qms.services.inbox import decisions, understanding
from complaint_qms.services.knowledge import finder
from complaint_qms.services.record.service_tokens import CachedTokens
from complaint_qms.services.visitor import standing
from tests.chat_service import service
from tests.desk import factory
from tests.desk.chatting import (
    a_channel,
    a_file,
    chat_of,
    items,
    knock,
    message,
    said,
    says,
    sends,
    signed,
    turns,
)
from tests.desk.test_chat import COMPLAINT, registered
from tests.desk.test_chat_replies import outgoing
from tests.desk.test_visitor_uploads import photo

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def provider():
    with service() as played:
        played.answers_json("/replies", {"message_id": "out-1"})
        yield played


def test_the_job_of_the_scheduler_puts_each_kind_of_left_work_into_the_queue(monkeypatch):
    asked, enqueue = [], frappe.enqueue

    def noted(method, **options):
        asked.append(method.rpartition(".")[2])
        queue, now = options.pop("queue"), options.pop("now", False)
        assert (queue, now) == ("short", False)
        for name in ("job_id", "deduplicate", "enqueue_after_commit"):
            options.pop(name, None)
        return enqueue(method, now=True, **options)  # with the parameters that the worker gives it

    channel = a_channel()
    chat = says(channel, COMPLAINT)
    frappe.db.set_value("Complaint Chat", chat.name, "last_message_at", add_to_date(None, hours=-13))
    sends(channel, message("Hello", "visitor-8"), read=False)
    monkeypatch.setattr(frappe, "enqueue", noted)
    chats.send_and_hand_over()
    assert {"read_chat", "send_due", "hand_over_left"} <= set(asked)
    assert chat_of(channel).mode == "with_person"
    assert chat_of(channel, "visitor-8")


def test_one_chat_that_cannot_be_handed_over_keeps_no_other_waiting(monkeypatch):
    channel = a_channel()
    bad, good = says(channel, COMPLAINT, "visitor-1"), says(channel, COMPLAINT, "visitor-2")
    later, honest = add_to_date(now_datetime(), hours=13), handover.to_person

    def to_person(chat, *args):
        if chat.name == bad.name:
            raise RuntimeError("broken")
        honest(chat, *args)

    monkeypatch.setattr(handover, "to_person", to_person)
    frappe.cache.delete_keys("complaint_qms_batch_error")
    assert handover.hand_over_left(later) >= 1
    assert chat_of(channel, "visitor-1").mode == "collecting"
    assert chat_of(channel, "visitor-2").mode == good.mode.replace("collecting", "with_person")
    assert frappe.db.exists("Error Log", {"reference_name": bad.name})


def test_an_article_that_is_renamed_is_known_by_its_new_name():
    category = frappe.get_doc({"doctype": "Help Category", "category_name": "Lamps to rename"}).insert()
    article = frappe.get_doc(
        {
            "doctype": "Help Article",
            "title": "How to pair the lamp with a telephone",
            "category": category.name,
            "published": 1,
            "content": "<p>Hold the button for 7 seconds.</p>",
        }
    ).insert()
    finder.published()
    frappe.rename_doc("Help Category", category.name, "Lamps that were renamed", force=True)
    new = frappe.rename_doc("Help Article", article.name, f"{article.name}-renamed", force=True)
    chat = says(a_channel(), "How do I pair the lamp with a telephone?")
    assert turns(chat, "assistant")[-1].article == new
    assert "7 seconds" in said(chat)


def test_a_channel_is_not_renamed():
    channel = a_channel()
    with pytest.raises(frappe.ValidationError):
        frappe.rename_doc(channel.doctype, channel.name, f"{channel.name} anew")


def test_who_changes_a_channel_is_on_record():
    channel = a_channel()
    channel.largest_file = 3
    channel.save(ignore_version=False)  # which the framework leaves out in tests
    assert frappe.db.exists("Version", {"ref_doctype": channel.doctype, "docname": channel.name})


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"provider": "wecom", "token": "t" * 16, "aes_key": "a" * 43}, ("App ID", "Agent ID")),
        ({"provider": "whatsapp", "token": "t" * 16, "access_token": "a"}, ("App ID",)),
        ({"provider": "dingtalk"}, ("App ID",)),
        ({"service_address": "http://chat.example.com/replies"}, ("https://",)),
    ],
)
def test_what_a_service_needs_is_asked_for_on_every_way_in(values, named):
    with pytest.raises(frappe.ValidationError) as refused:
        a_channel(**values)
    meta = frappe.get_meta("Complaint Chat Channel")
    labels = {"App ID": meta.get_label("app_id"), "Agent ID": meta.get_label("agent_id")}
    for name in named:
        assert labels.get(name, name) in str(refused.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x", "http://localhost:9/x", "https://example.com/x"])
def test_an_address_is_https_unless_it_is_on_the_machine_itself(address):
    assert a_channel(service_address=address).service_address == address


def test_a_refused_token_of_dingtalk_is_got_anew(provider):
    channel = a_channel("dingtalk", app_id="ding1", service_address=provider.url)
    given = iter(("one", "two"))
    provider.answers["/v1.0/oauth2/accessToken"] = lambda _asked: (
        200, {}, json.dumps({"accessToken": next(given), "expireIn": 7200}).encode()
    )  # fmt: skip
    dead = set()

    def send(asked):
        if asked.headers["x-acs-dingtalk-access-token"] in dead:
            return 400, {}, json.dumps({"code": "InvalidAuthentication", "message": "no"}).encode()
        return 200, {}, json.dumps({"processQueryKey": "k"}).encode()

    provider.answers["/v1.0/robot/oToMessages/batchSend"] = send
    account, reply = channels.account_of(channel), Reply("r", "ann", "Hello", {"staff": True})
    assert dingtalk.send_reply(account, reply, CachedTokens()) == "k"
    dead.add("one")
    assert dingtalk.send_reply(account, reply, CachedTokens()) == "k"
    assert len(provider.asked_at("/v1.0/oauth2")) == 2


def test_a_text_in_parts_goes_on_where_it_stopped(provider):
    channel = a_channel(
        "wechat", app_id="wx1", token="t" * 16, aes_key="a" * 43, service_address=provider.url, assistant=0
    )
    provider.answers_json("/cgi-bin/stable_token", {"access_token": "one", "expires_in": 7200})
    got = []

    def send(asked):
        got.append(asked.data["text"]["content"])
        return 200, {}, json.dumps({"errcode": 45009 if len(got) == 2 else 0}).encode()

    provider.answers["/cgi-bin/message/custom/send"] = send
    chat = frappe.get_doc(
        {"doctype": "Complaint Chat", "title": "Ann", "channel": channel.name, "company": channel.company, "sender_id": "o1", "chat_key": frappe.generate_hash()}
    )  # fmt: skip
    chat.flags.by_server = True
    chat.insert()
    text = "\n".join(f"{number:04} " + "x" * 90 for number in range(40))
    turn = api.reply(chat.name, text)["name"]
    assert sending.send_due() == 0
    assert frappe.db.get_value(MESSAGE, turn, "pieces_sent") == 1
    assert sending.send_due(now=add_to_date(now_datetime(), hours=1)) == 1
    parts = wechat.pieces(text)
    assert got == [parts[0], parts[1], *parts[1:]], "the first part went out once"
    assert frappe.db.get_value(MESSAGE, turn, "state") == "sent"


def test_a_call_ends_however_slowly_its_answer_trickles_in(monkeypatch):
    monkeypatch.setattr(http, "TIMEOUT", (1, 1))
    with socket.create_server(("127.0.0.1", 0)) as server:
        ended, sent = threading.Event(), []

        def trickle():
            talk, _address = server.accept()
            with talk:
                talk.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while len(sent) < 1000 and not ended.wait(0.2):
                    talk.sendall(b"x")
                    sent.append(1)

        threading.Thread(target=trickle, daemon=True).start()
        with pytest.raises(ServiceError) as slow:
            http._call("GET", f"http://127.0.0.1:{server.getsockname()[1]}/", None, {}, 5000, 1.5)
        ended.set()
    assert slow.value.passing
    assert len(sent) < 1000, "given up before the whole of it had come"


def test_a_message_belongs_to_its_sender_longer_than_all_calls_for_a_part_of_it_last():
    calls = 3  # with the token that is refused, for another one, with that
    assert timedelta(seconds=calls * http.LONGEST_CALL) < LEASE
    assert min(BACK_OFF) < LEASE


def test_while_a_message_is_sent_no_other_worker_sends_it(provider):
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = says(channel, "Hello")
    (turn,) = outgoing(chat)
    seen = []

    def answer(_asked):
        seen.append(True)
        return 200, {}, b"{}"

    provider.answers["/replies"] = answer
    honest = sending._sent

    def slow(row, now):
        # Another worker comes by after the first pause, while the call lasts.
        found = honest(row, now)
        assert sending._due(now + BACK_OFF[0] + timedelta(seconds=30), row.chat) == []
        return found

    sending._sent = slow
    try:
        assert sending.send_due() == 1
    finally:
        sending._sent = honest
    assert (len(seen), outgoing(chat)[0].name) == (1, turn.name)


def test_the_same_answer_sent_twice_is_one_message(provider):
    chat = registered(a_channel(service_address=f"{provider.url}/replies"))
    first = api.reply(chat.name, "We send you a new lamp.", key="k1")
    assert api.reply(chat.name, "We send you a new lamp.", key="k1") == first
    other = api.reply(chat.name, "We send you a new lamp.", key="k2")
    assert other["name"] != first["name"]
    sent = {"reference_name": chat.complaint, "sent_or_received": "Sent"}
    assert frappe.db.count("Communication", sent) == 2


def test_who_may_not_write_about_a_complaint_sends_nothing_again(monkeypatch, provider):
    provider.answers_json("/replies", {"error": "no"}, 400)
    chat = registered(a_channel(service_address=f"{provider.url}/replies"))
    sending.send_due()
    (turn, *_more) = [turn for turn in outgoing(chat) if turn.state == "not_sent"]
    asked = []
    complaint = frappe.get_doc("Complaint", chat.complaint)

    def check(self, right="read", *_args):
        asked.append((self.doctype, right))
        if right == "email":
            raise frappe.PermissionError

    monkeypatch.setattr(type(complaint), "check_permission", check)
    with pytest.raises(frappe.PermissionError):
        api.send_again(turn.name)
    assert asked == [("Complaint", "email")]


def test_messages_wait_for_the_one_before_them_that_cannot_be_read_yet(monkeypatch):
    channel = a_channel()
    for text in ("Hello", COMPLAINT, "Lamp 7"):
        sends(channel, message(text), read=False)
    honest, broken = conversation.heard, [True]

    def heard(chat, inbound):
        if inbound.text == COMPLAINT and broken:
            raise RuntimeError("a fault that passes")
        honest(chat, inbound)

    monkeypatch.setattr(conversation, "heard", heard)
    assert inbox_reader.read_chat(channel.name, "visitor-7") == 1
    assert [item.state for item in items(channel)] == ["dismissed", "new", "new"]
    understanding.understand_due(now=add_to_date(now_datetime(), days=1))
    assert [item.state for item in items(channel)] == ["dismissed", "new", "new"], "left to the chats"
    broken.clear()
    assert inbox_reader.read_chat(channel.name, "visitor-7", add_to_date(now_datetime(), hours=1)) == 2
    assert [turn.text for turn in turns(chat_of(channel), "sender")] == ["Hello", COMPLAINT, "Lamp 7"]


def test_what_names_no_sender_is_read_by_the_sweep_as_well(monkeypatch):
    channel = a_channel()
    body = b'{"id": "m-1"}'
    assert knock(channel, body, signed(body)).status == 200
    (item,) = items(channel)
    assert (item.state, item.sender_address or "") == ("new", "")
    started = []
    monkeypatch.setattr(inbox_reader, "_start", lambda *sender: started.append(sender))
    inbox_reader.enqueue_reading(now_datetime())
    assert (channel.name, "") in started
    inbox_reader.read_chat(channel.name, "")
    assert items(channel)[0].state == "waiting"


def test_a_sender_has_one_job_that_waits(monkeypatch):
    queued, states = [], {}
    monkeypatch.setattr(frappe, "enqueue", lambda _method, **options: queued.append(options["job_id"]))
    monkeypatch.setattr(inbox_reader, "get_job_status", states.get)
    inbox_reader._start("A", "ann")
    states[queued[0]] = "queued"
    inbox_reader._start("A", "ann")
    assert len(queued) == 1
    states[queued[0]] = "started"
    inbox_reader._start("A", "ann")
    assert len(set(queued)) == 2, "one that runs may have read what was before"
    inbox_reader._start("A", "bob")
    assert len(set(queued)) == 3
    assert get_queue("short") is not None


def test_photos_of_a_chat_become_evidence_also_when_the_job_was_killed(monkeypatch):
    channel = a_channel(assistant=0)
    says(channel, "See this", files=[a_file(photo())])
    chat = says(channel, "It is broken")
    waiting = frappe.get_doc("Complaint Inbox Item", chat.inbox_item)
    later = says(channel, "And this", files=[a_file(photo(), "two.png")])
    with monkeypatch.context() as killed:
        killed.setattr(complaint_chats, "add_files", lambda complaint: None)
        doc = decisions.make_complaint(waiting.name, {})
    before = len(frappe.get_doc("Complaint", doc.name).evidence)
    assert complaint_chats.add_left_files() == 1
    after = frappe.get_doc("Complaint", doc.name)
    assert len(after.evidence) == 2 > before
    assert complaint_chats.add_left_files() == 0
    assert later.name == chat.name


def test_what_a_service_said_is_read_in_the_language_of_who_looks(provider):
    provider.answers_json("/replies", {"error": "no such user"}, 400)
    chat = says(a_channel(service_address=f"{provider.url}/replies"), "Hello")
    sending.send_due()
    (shown,) = [turn for turn in conversation.shown_turns(chat) if turn["state"] == "not_sent"]
    assert shown["error"].startswith("127.0.0.1 refused with 400.")
    frappe.local.lang = "zh"
    try:
        (shown,) = [turn for turn in conversation.shown_turns(chat) if turn["state"] == "not_sent"]
    finally:
        frappe.local.lang = "en"
    assert "127.0.0.1" in shown["error"]
    assert "refused" not in shown["error"]


def test_of_a_long_talk_every_message_goes_along_and_older_ones_are_shown():
    channel = a_channel(assistant=0)
    chat = says(channel, "The first")
    for number in range(conversation.MOST_SHOWN + 5):
        conversation.add_turn(chat, "sender", f"Line {number}", "received")
    assert len(conversation.open_turns(chat)) == conversation.MOST_SHOWN + 6
    newest = api.talk(chat.name)
    assert len(newest) == conversation.MOST_SHOWN
    older = api.talk(chat.name, newest[0]["name"])
    assert [turn["text"] for turn in older][:2] == ["The first", "Line 0"]
    assert len(older) == 6
    assert api.talk(chat.name, "of-no-chat") == []


def test_what_is_said_in_the_complainants_chat_is_told_by_the_link_and_of_another_chat_nothing():
    chat = registered(a_channel())
    says(frappe.get_doc("Complaint Chat Channel", chat.channel), "It is also missing a screw")
    api.reply(chat.name, "Where was it?", kind="Question")
    other = says(a_channel(assistant=0), "I am the dealer", "dealer-1")
    decisions.belongs_to(other.inbox_item, chat.complaint)
    told = standing.of_complaint(frappe.get_doc("Complaint", chat.complaint))
    assert [row["text"] for row in told["messages"]] == ["It is also missing a screw", "Where was it?"]
    assert told["question"] == "Where was it?"


def test_a_chat_that_waits_stands_in_the_digest_mail():
    agent = factory.user("Complaint Agent")
    chat = says(a_channel(), "agent please, I want a human")
    mails = {"to_user": agent, "reference_name": chat.name, "channel": "email"}
    assert frappe.db.count("QMS Message", mails) == 1
