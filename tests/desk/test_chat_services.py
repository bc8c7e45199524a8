"""WhatsApp and DingTalk as they document themselves: signatures, handshakes, messages, files and replies."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from complaint_qms.integrations.messaging import CLIENTS, dingtalk, whatsapp
from complaint_qms.integrations.messaging.inbound import (
    Account,
    Inbound,
    Media,
    Refused,
    Reply,
    Request,
    ServiceError,
)
from tests.chat_service import service

NOW = 1_409_659_600.0


class Kept(dict):
    """Tokens of a test."""

    def set(self, key, value, seconds):
        assert seconds > 0
        self[key] = value


@pytest.fixture
def played():
    with service() as found:
        yield found


WHATSAPP = Account(base_url="", app_id="111", app_secret="app secret", token="verify", access_token="access")


def of_whatsapp(value: dict, secret: str = "app secret", **headers) -> Request:
    body = json.dumps(
        {
            "object": "whatsapp_business_account",
            "entry": [{"id": "0", "changes": [{"field": "messages", "value": value}]}],
        }
    ).encode()
    signed = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Request("POST", {}, {"x-hub-signature-256": signed} | headers, body, NOW)


def value(*messages: dict, number: str = "111") -> dict:
    return {
        "metadata": {"phone_number_id": number},
        "contacts": [{"profile": {"name": "Ann Lee"}, "wa_id": "16315551181"}],
        "messages": [{"from": "16315551181", "timestamp": "1504902988", **one} for one in messages],
    }


def test_whatsapps_handshake():
    query = {"hub.mode": "subscribe", "hub.verify_token": "verify", "hub.challenge": "1158201444"}
    assert whatsapp.receive_request(WHATSAPP, Request("GET", query, {}, b"", NOW)).answer == "1158201444"
    for change in ({"hub.verify_token": "x"}, {"hub.verify_token": ""}, {"hub.mode": "unsubscribe"}):
        with pytest.raises(Refused):
            whatsapp.receive_request(WHATSAPP, Request("GET", query | change, {}, b"", NOW))
    with pytest.raises(Refused):
        whatsapp.receive_request(
            replace(WHATSAPP, token=""), Request("GET", query | {"hub.verify_token": ""}, {}, b"", NOW)
        )


def test_messages_of_whatsapp():
    sent = value(
        {"id": "wamid.1", "type": "text", "text": {"body": "It leaks"}},
        {
            "id": "wamid.2",
            "type": "image",
            "image": {"id": "m1", "mime_type": "image/jpeg", "caption": "Here"},
        },
        {"id": "wamid.3", "type": "document", "document": {"id": "m2", "filename": "bill.pdf"}},
        {
            "id": "wamid.4",
            "type": "interactive",
            "interactive": {"type": "button_reply", "button_reply": {"id": "b", "title": "Yes"}},
        },
        {"id": "wamid.5", "type": "location", "location": {"latitude": 1.5, "longitude": 2, "name": "Pier"}},
        {"id": "wamid.6", "type": "reaction", "reaction": {"emoji": "x"}},
        {"id": "wamid.7", "type": "unsupported"},
    )
    received = whatsapp.receive_request(WHATSAPP, of_whatsapp(sent)).messages
    assert [one.message_id for one in received] == [f"wamid.{n}" for n in (1, 2, 3, 4, 5, 7)]
    assert [one.text for one in received] == ["It leaks", "Here", "", "Yes", "Pier, 1.500000, 2.000000", ""]
    assert {(one.sender_id, one.sender_name, one.phone) for one in received} == {
        ("16315551181", "Ann Lee", "+16315551181")
    }
    assert [one.media for one in received[1:3]] == [
        (Media("m1", "", "image/jpeg"),),
        (Media("m2", "bill.pdf"),),
    ]


def test_what_whatsapp_did_not_sign_is_refused():
    sent = value({"id": "wamid.1", "type": "text", "text": {"body": "x"}})
    for request in (
        of_whatsapp(sent, "other"),
        of_whatsapp(sent, **{"x-hub-signature-256": ""}),
        of_whatsapp(sent, ""),
    ):
        with pytest.raises(Refused):
            whatsapp.receive_request(WHATSAPP, request)
    with pytest.raises(Refused):
        whatsapp.receive_request(replace(WHATSAPP, app_secret=""), of_whatsapp(sent, ""))


def test_another_number_of_the_same_app_is_another_channels():
    sent = value({"id": "1", "type": "text", "text": {"body": "x"}}, number="222")
    received = whatsapp.receive_request(WHATSAPP, of_whatsapp(sent))
    assert received.messages == ()
    assert [one.text for one in received.elsewhere["222"].messages] == ["x"]


def test_whatsapp_says_later_what_did_not_arrive():
    sent = {"metadata": {"phone_number_id": "111"}, "statuses": [
        {"id": "wamid.9", "status": "failed", "errors": [{"code": 131047, "title": "Re-engagement message"}]},
        {"id": "wamid.8", "status": "delivered"},
    ]}  # fmt: skip
    received = whatsapp.receive_request(WHATSAPP, of_whatsapp(sent))
    assert [(one.message_id, one.failed, one.error) for one in received.receipts] == [
        ("wamid.9", True, "131047 Re-engagement message"),
        ("wamid.8", False, ""),
    ]


def test_whatsapp_sends_and_fetches(played):
    account = replace(WHATSAPP, base_url=played.url)
    played.answers_json("/v21.0/111/messages", {"messages": [{"id": "wamid.out"}]})
    assert whatsapp.send_reply(account, Reply("r", "16315551181", "Hello"), Kept()) == "wamid.out"
    (asked,) = played.asked
    assert asked.headers["authorization"] == "Bearer access"
    assert (asked.data["to"], asked.data["text"]["body"]) == ("16315551181", "Hello")
    played.answers_json("/v21.0/m1", {"url": f"{played.url}/file", "file_size": 3 << 20})
    played.answers_file("/file", b"abc")
    assert whatsapp.fetch_file(account, Media("m1"), Kept(), 10 << 20).content == b"abc"
    with pytest.raises(ServiceError, match="more than 2 MB"):
        whatsapp.fetch_file(account, Media("m1"), Kept(), 2 << 20)


@pytest.mark.parametrize(
    "url",
    ["http://169.254.169.254/latest/meta-data", "http://localhost:6379/", "https://evil.example/x", "file:///etc/passwd", "https://fbsbx.com.evil.example/x", "https://x@evil.example", "http://lookaside.fbsbx.com/x", "//x", "https://lookaside.fbsbx.com:8443/x", "http://[", ""],
)  # fmt: skip
def test_what_lets_us_in_goes_to_no_other_address(played, url):
    account = replace(WHATSAPP, base_url=played.url)
    played.answers_json("/v21.0/m1", {"url": url})
    with pytest.raises(ServiceError, match="not the service's"):
        whatsapp.fetch_file(account, Media("m1"), Kept(), 10)
    assert [one.path for one in played.asked] == ["/v21.0/m1"]


def test_an_id_of_a_file_leads_to_no_other_place(played):
    account = replace(WHATSAPP, base_url=played.url)
    with pytest.raises(ServiceError):
        whatsapp.fetch_file(account, Media("../me?x=1"), Kept(), 10)
    assert played.asked[0].path == "/v21.0/..%2Fme%3Fx%3D1"


DINGTALK = Account(base_url="", app_id="ding1", app_secret="this is secret")


def of_dingtalk(at: float = NOW, secret: str = "this is secret", **more) -> Request:
    data = {"msgId": "msg1", "msgtype": "text", "text": {"content": " 你好 "}, "senderStaffId": "u1", "senderId": "$:x", "senderNick": "Ann",
        "createAt": 1613630252678, "conversationType": "1", "robotCode": "ding1", "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x"} | more  # fmt: skip
    timestamp = str(int(at * 1000))
    return Request(
        "POST",
        {},
        {"timestamp": timestamp, "sign": dingtalk.sign(secret, timestamp)},
        json.dumps(data).encode(),
        NOW,
    )


def test_dingtalks_signature():
    """As `printf '%s\\n%s' 1577262236757 'this is secret' | openssl dgst -sha256 -hmac 'this is secret' -binary | base64` has it."""
    assert dingtalk.sign("this is secret", "1577262236757") == EXPECTED_SIGN


EXPECTED_SIGN = "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="


def test_messages_of_dingtalk():
    (inbound,) = dingtalk.receive_request(DINGTALK, of_dingtalk()).messages
    assert (inbound.message_id, inbound.sender_id, inbound.sender_name, inbound.text) == (
        "msg1",
        "u1",
        "Ann",
        "你好",
    )
    assert inbound.context == {
        "staff": True,
        "webhook": "https://oapi.dingtalk.com/robot/sendBySession?session=x",
    }
    (photo,) = dingtalk.receive_request(
        DINGTALK, of_dingtalk(msgtype="picture", content={"downloadCode": "c1"})
    ).messages
    assert photo.media == (Media("c1"),)
    rich = {"richText": [{"text": "It"}, {"type": "picture", "downloadCode": "c2"}, {"text": "leaks"}, 7]}
    (both,) = dingtalk.receive_request(DINGTALK, of_dingtalk(msgtype="richText", content=rich)).messages
    assert (both.text, both.media) == ("It\nleaks", (Media("c2"),))


@pytest.mark.parametrize(
    "request_",
    [
        of_dingtalk(at=NOW - 3700),
        of_dingtalk(at=NOW + 3700),
        of_dingtalk(secret="x"),
        of_dingtalk(robotCode="other"),
    ],
)
def test_what_is_not_of_dingtalk_or_old_is_refused(request_):
    with pytest.raises(Refused):
        dingtalk.receive_request(DINGTALK, request_)


def test_in_a_group_nothing_is_said_to_all(played):
    account = replace(DINGTALK, base_url=played.url)
    (inbound,) = dingtalk.receive_request(
        account, of_dingtalk(conversationType="2", senderStaffId="")
    ).messages
    assert inbound.context == {"staff": False}
    with pytest.raises(ServiceError):
        dingtalk.send_reply(account, Reply("r", "u1", "x", inbound.context), Kept())
    assert not played.asked


def test_dingtalk_sends_and_fetches(played):
    account = replace(DINGTALK, base_url=played.url)
    played.answers_json("/v1.0/oauth2/accessToken", {"accessToken": "t", "expireIn": 7200})
    played.answers_json("/v1.0/robot/oToMessages/batchSend", {"processQueryKey": "q1"})
    assert dingtalk.send_reply(account, Reply("r", "u1", "你好", {"staff": True}), Kept()) == "q1"
    asked = played.asked[-1]
    assert asked.headers["x-acs-dingtalk-access-token"] == "t"
    assert json.loads(asked.data["msgParam"]) == {"content": "你好"}
    played.answers_json("/v1.0/robot/messageFiles/download", {"downloadUrl": f"{played.url}/f"})
    played.answers_file("/f", b"abc")
    assert dingtalk.fetch_file(account, Media("c1"), Kept(), 3).content == b"abc"
    played.answers_json("/v1.0/robot/messageFiles/download", {"downloadUrl": "https://10.0.0.1/f"})
    with pytest.raises(ServiceError, match="not the service's"):
        dingtalk.fetch_file(account, Media("c1"), Kept(), 3)
    played.answers_json("/hook", {"errcode": 0})
    dingtalk.send_reply(account, Reply("r", "x", "y", {"webhook": f"{played.url}/hook"}), Kept())
    with pytest.raises(ServiceError):
        dingtalk.send_reply(account, Reply("r", "x", "y", {"webhook": "https://evil.example/hook"}), Kept())


def test_a_service_that_is_not_there_is_a_passing_fault():
    account = replace(WHATSAPP, base_url="http://127.0.0.1:9")
    with pytest.raises(ServiceError) as refused:
        whatsapp.send_reply(account, Reply("r", "1", "x"), Kept())
    assert refused.value.passing
    assert "access" not in str(refused.value)


@pytest.mark.parametrize("name", sorted(CLIENTS))
def test_a_message_is_the_same_after_it_was_kept(name):
    inbound = Inbound("m", "s", "n", "+1", "t", (Media("i", "n", "m"),), None, "file", {"a": 1})
    assert Inbound.from_data(json.loads(json.dumps(inbound.to_data()))) == inbound
