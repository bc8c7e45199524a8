"""What strangers send to a channel's address: nothing of it is kept, and nothing fails."""

from __future__ import annotations

import json
import time

import frappe
import pytest

from complaint_qms.constants.chat import REFUSED_AN_HOUR
from complaint_qms.integrations.messaging import signed_webhook
from tests.desk.chatting import SECRET, a_channel, items, knock, message, sends, signed

pytestmark = pytest.mark.usefixtures("site")
BODY = json.dumps(message("Hello")).encode()


@pytest.fixture(autouse=True)
def fresh_limits():
    yield
    frappe.cache.delete_keys("rl:complaint_qms.api.chat")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Timestamp": "", "X-Signature": ""},
        {"X-Timestamp": str(int(time.time())), "X-Signature": "sha256=" + "0" * 64},
        {"X-Timestamp": "yesterday", "X-Signature": "sha256=\u00e9"},
        {"X-Timestamp": "\u0661\u0662", "X-Signature": "x"},
        {"X-Timestamp": "9" * 400, "X-Signature": "x"},
        signed(BODY, "another secret"),
        signed(BODY, at=time.time() - 4000),
        signed(BODY, at=time.time() + 4000),
        signed(BODY + b" "),
        signed(BODY) | {"X-Timestamp": str(int(time.time()) - 1)},
    ],
)
def test_what_is_not_signed_or_too_old_is_refused_without_a_word(headers):
    channel = a_channel()
    told = knock(channel, BODY, {name: value.encode().decode("latin-1") for name, value in headers.items()})
    assert (told.status, told.text) == (403, "")
    assert not items(channel)


def test_an_address_that_is_none_and_a_channel_that_is_off_answer_alike():
    channel = a_channel(enabled=0)
    for key in (channel.webhook_key, "x" * 43, "", "../../etc", "%00", "a b", channel.webhook_key + "/x"):
        told = knock(key, BODY, signed(BODY))
        assert (told.status, told.text) == (403, ""), key


def test_other_methods_are_refused():
    channel = a_channel()
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        assert knock(channel, BODY, signed(BODY), method=method).status == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{}",
        b"\xff\xfe\x00",
        b'{"messages": 7}',
        b'{"messages": [7, null, [], {}]}',
        b'{"id": {"a": 1}, "sender": ["x"], "text": {"b": 2}}',
        b'{"id": "1", "sender": {"id": null}}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"id": NaN, "sender": {"id": Infinity}}',
        b"\x00" * 100,
    ],
)
def test_what_is_signed_and_no_message_waits_for_a_person(body):
    channel = a_channel()
    assert knock(channel, body, signed(body)).status == 200
    (item,) = items(channel)
    from complaint_qms.services.inbox import understanding

    assert understanding.understand(item.name) == "waiting"


@pytest.mark.parametrize(
    "more",
    [
        {"text": "\0\ud800<script>alert(1)</script>" + "x" * 100_000},
        {"text": None},
        {"text": ["a"]},
        {"files": 7},
        {"files": [{"name": {"a": 1}, "content": 7}, None, "x"]},
        {"files": [{"name": "../../etc/passwd", "content": "!!!"}]},
        {"files": [{"name": "a", "content": ""}] * 20},
        {"sent_at": "0001-01-01T00:00:00Z"},
        {"sent_at": "9999-12-31T23:59:59+00:00"},
        {"sent_at": "never"},
        {"context": ["x"]},
        {"sender": {"id": "x" * 5000, "name": "<img src=x onerror=alert(1)>", "phone": {"a": 1}}},
        {"sender": {"id": "\ud83d\ude00 {0} %s", "name": "{name} %(x)s"}},
        {"id": "i" * 5000},
    ],
)
def test_odd_messages_are_read_all_the_same(more):
    channel = a_channel()
    data = message("Hello") | more
    assert sends(channel, data, read=False).status == 200
    (item,) = items(channel)
    from complaint_qms.services.inbox import understanding

    assert understanding.understand(item.name) in ("dismissed", "waiting")


def test_a_body_that_is_too_large_is_not_read():
    channel = a_channel()
    body = b"x" * (signed_webhook.LARGEST_BODY + 1)
    assert knock(channel, body, signed(body)).status == 413
    assert not items(channel)


def test_a_request_that_is_sent_again_word_by_word_is_answered_and_kept_once():
    channel = a_channel()
    headers = signed(BODY)
    assert [knock(channel, BODY, headers).status for _time in range(3)] == [200, 200, 200]
    assert len(items(channel)) == 1


def test_a_message_id_counts_in_its_channel_alone():
    first, second = a_channel(), a_channel()
    for channel in (first, second):
        assert knock(channel, BODY, signed(BODY, channel.get_password("app_secret"))).status == 200
    assert [len(items(channel)) for channel in (first, second)] == [1, 1]


def test_who_guesses_secrets_is_slowed_down():
    channel = a_channel()
    answers = {
        knock(channel, BODY, signed(BODY, f"secret {number}")).status for number in range(REFUSED_AN_HOUR)
    }
    assert answers == {403}
    assert knock(channel, BODY, signed(BODY, "one more")).status == 429
    assert knock(channel, BODY, signed(BODY, SECRET)).status == 200, "who can sign is still heard"


def test_a_request_runs_no_command_of_the_framework():
    channel = a_channel()
    body = json.dumps(message("Hello") | {"cmd": "ping"}).encode()
    assert knock(channel, body, signed(body)).text != "pong"


def test_nothing_of_a_secret_is_told_in_a_list():
    channel = a_channel()
    row = frappe.get_all("Complaint Chat Channel", {"name": channel.name}, ["*"])[0]
    assert SECRET not in json.dumps(row, default=str)
    assert len(channel.webhook_key) >= 32
    again = frappe.get_doc("Complaint Chat Channel", channel.name)
    again.webhook_key = "mine"
    again.save()
    assert frappe.db.get_value("Complaint Chat Channel", channel.name, "webhook_key") == channel.webhook_key


def test_more_than_a_request_may_hold_is_refused_with_the_reason():
    channel = a_channel()
    many = {"messages": [message(f"Hello {number}") for number in range(201)]}
    told = sends(channel, many, read=False)
    assert (told.status, "at most 200" in told.text) == (413, True)
    told = sends(channel, message("Hello", files=[{"name": "a", "content": "eA=="}] * 21), read=False)
    assert (told.status, "at most 20" in told.text) == (413, True)
    assert not items(channel)


def test_messages_that_lack_an_id_wait_for_a_person_beside_the_others():
    channel = a_channel()
    batch = {"messages": [message("Hello"), {"text": "It leaks"}, 7, message("Again")]}
    assert sends(channel, batch, read=False).status == 200
    assert len(items(channel)) == 3
    (lone,) = [item for item in items(channel) if "It leaks" in item.text]
    from complaint_qms.services.inbox import understanding

    assert understanding.understand(lone.name) == "waiting"
    assert sends(channel, batch, read=False).status == 200
    assert len(items(channel)) == 3


def test_long_ids_that_begin_alike_are_two():
    channel = a_channel()
    rows = [message(f"Hello {end}", sender="s" * 300 + end) | {"id": "i" * 300 + end} for end in "ab"]
    assert sends(channel, {"messages": rows}, read=False).status == 200
    assert len(items(channel)) == 2
    from complaint_qms.services.inbox import understanding

    for item in items(channel):
        understanding.understand(item.name)
    senders = frappe.get_all("Complaint Chat", {"channel": channel.name}, pluck="sender_id")
    assert len(set(senders)) == 2


def deep(levels: int) -> dict:
    found: dict = {}
    for _level in range(levels):
        found = {"a": found}
    return found


@pytest.mark.parametrize(
    "context",
    [
        {"a": "\ud800"},
        {"\ud800": 1},
        {"a": "\0"},
        {"a": float("nan")},
        {"a": [float("inf")]},
        deep(100),
        deep(900),
        {"a": "x" * 20_000},
    ],
)
def test_a_context_that_cannot_be_kept_is_dropped_and_noted(context):
    channel = a_channel()
    data = message("Hello", context=context)
    assert sends(channel, data, read=False).status == 200
    (item,) = items(channel)
    from complaint_qms.services.inbox import understanding

    assert understanding.understand(item.name) in ("dismissed", "waiting")
    words = frappe.get_all(
        "Comment", {"reference_doctype": item.doctype, "reference_name": item.name}, pluck="content"
    )
    assert any("context" in word for word in words)


def test_a_context_goes_back_with_the_reply():
    channel = a_channel()
    sends(channel, message("Hello", context={"room": 7, "名": ["值"]}))
    assert json.loads(frappe.get_all("Complaint Chat", {"channel": channel.name}, pluck="context")[0]) == {
        "room": 7,
        "名": ["值"],
    }


def test_what_a_service_sends_is_no_command():
    from werkzeug.test import EnvironBuilder
    from werkzeug.wrappers import Request

    from complaint_qms.overrides import signed_addresses

    assert (
        frappe.get_hooks("before_request").count("complaint_qms.overrides.signed_addresses.before_request")
        == 1
    )
    for path, left in (
        ("/complaint-chat/abc", False),
        ("/complaint-chat", False),
        ("/api/method/ping", True),
    ):
        frappe.local.request = Request(EnvironBuilder(path).get_environ())
        frappe.local.form_dict = frappe._dict(cmd="ping", id="1")
        signed_addresses.before_request()
        assert ("cmd" in frappe.local.form_dict) == left
