"""Whatever is signed: each client reads messages of it, or says that it is none; nothing else happens."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from complaint_qms.integrations.messaging import dingtalk, signed_webhook, wechat, wecom, whatsapp
from complaint_qms.integrations.messaging.inbound import (
    Account,
    Inbound,
    NotTaken,
    Refused,
    Request,
    Unreadable,
)
from complaint_qms.integrations.messaging.wechat_crypto import encipher, signature

NOW = 1_700_000_000.0
KEY = base64.b64encode(b"k" * 32).decode().rstrip("=")
ACCOUNT = Account("https://x.example", "app", "7", "token", KEY, "secret", "access")
NUMBERS = st.one_of(
    st.integers(), st.floats(), st.sampled_from([10**400, -(10**400), 10**4000, 1e308, True, 0])
)
VALUES = st.recursive(
    st.none() | NUMBERS | st.text(max_size=8) | st.sampled_from(["\ud800", "\0", "x" * 300, "text", "1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def shape(**names):
    """An object that mostly looks like one of the service's, with anything in its places."""
    return (
        st.fixed_dictionaries({}, optional={name: found | VALUES for name, found in names.items()}) | VALUES
    )


def some(found):
    return st.lists(found, max_size=3)


KINDS = ("text", "image", "document", "location", "interactive", "button", "reaction", "picture", "richText", "file", "event", "link")  # fmt: skip
KIND = st.sampled_from(KINDS)
ROOM = shape(latitude=NUMBERS, longitude=NUMBERS, name=VALUES, address=VALUES)
WHATSAPP_MESSAGE = shape(
    id=st.just("m"), type=KIND, timestamp=NUMBERS, text=shape(body=VALUES), location=ROOM, image=shape(id=VALUES, caption=VALUES),
    interactive=shape(button_reply=shape(title=VALUES), list_reply=VALUES), button=shape(text=VALUES), document=shape(id=VALUES, filename=VALUES),
    **{"from": st.just("16315551181")},
)  # fmt: skip
WHATSAPP_VALUE = shape(
    metadata=shape(phone_number_id=st.just("app")),
    contacts=some(shape(wa_id=VALUES, profile=shape(name=VALUES))),
    messages=some(WHATSAPP_MESSAGE),
    statuses=some(shape(id=VALUES, status=VALUES, errors=some(shape(code=VALUES, title=VALUES)))),
)
WHATSAPP = shape(entry=some(shape(changes=some(shape(field=st.just("messages"), value=WHATSAPP_VALUE)))))
RICH = some(shape(text=VALUES, downloadCode=VALUES))
DINGTALK = shape(
    robotCode=st.just("app"), senderStaffId=VALUES, senderId=st.just("u"), msgId=st.just("m"), createAt=NUMBERS, msgtype=KIND,
    text=shape(content=VALUES), content=shape(richText=RICH, downloadCode=VALUES, fileName=VALUES, recognition=VALUES),
    sessionWebhook=VALUES, conversationType=VALUES, senderNick=VALUES,
)  # fmt: skip
SIGNED_ROW = shape(
    id=st.just("m"), sender=shape(id=st.just("s"), name=VALUES, phone=VALUES), text=VALUES, sent_at=VALUES, context=VALUES,
    files=some(shape(name=VALUES, content=VALUES)),
)  # fmt: skip
SIGNED = SIGNED_ROW | shape(messages=some(SIGNED_ROW))
XML = st.dictionaries(
    st.sampled_from(
        ["FromUserName", "MsgType", "MsgId", "Content", "CreateTime", "MediaId", "AgentID", "Location_X", "Label", "Title", "Url"]
    ),
    st.sampled_from([*KINDS, "7", "9" * 400, "nan", "-1e999", ""]) | st.text(max_size=20),
)  # fmt: skip


def read(client, request):
    try:
        received = client.receive_request(ACCOUNT, request)
    except (Refused, Unreadable, NotTaken):
        return
    for inbound in received.messages:
        assert isinstance(inbound, Inbound)
        assert inbound.message_id
        assert inbound.sender_id
        kept = json.dumps(inbound.to_data(), allow_nan=False)
        assert "\\u0000" not in kept
        kept.encode()
        json.dumps(inbound.to_data(), ensure_ascii=False).encode()
        assert Inbound.from_data(json.loads(kept)).sender_id == inbound.sender_id


def fuzzed(test):
    return settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))(test)


@fuzzed
@given(WHATSAPP)
def test_whatsapp(data):
    body = json.dumps(data).encode()
    sign = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    read(whatsapp, Request("POST", {}, {"x-hub-signature-256": sign}, body, NOW))


@pytest.mark.parametrize("number", [10**400, -(10**400), float("nan"), float("inf"), 10**4000])
def test_a_place_that_is_nowhere(number):
    row = {
        "id": "m",
        "from": "1",
        "type": "location",
        "location": {"latitude": number, "longitude": 2, "name": "Shop"},
    }
    value = {"metadata": {"phone_number_id": "app"}, "messages": [row]}
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
    sign = "sha256=" + hmac.new(b"secret", body, hashlib.sha256).hexdigest()
    (inbound,) = whatsapp.receive_request(
        ACCOUNT, Request("POST", {}, {"x-hub-signature-256": sign}, body, NOW)
    ).messages
    assert inbound.text == "Shop, 2.000000"


@fuzzed
@given(DINGTALK)
def test_dingtalk(data):
    timestamp = str(int(NOW * 1000))
    headers = {"timestamp": timestamp, "sign": dingtalk.sign("secret", timestamp)}
    read(dingtalk, Request("POST", {}, headers, json.dumps(data).encode(), NOW))


@fuzzed
@given(SIGNED)
def test_signed_webhook(data):
    body, timestamp = json.dumps(data).encode(), str(int(NOW))
    headers = {"x-timestamp": timestamp, "x-signature": signed_webhook.sign("secret", timestamp, body)}
    read(signed_webhook, Request("POST", {}, headers, body, NOW))


@pytest.mark.parametrize("client", [wechat, wecom])
@fuzzed
@given(fields=XML)
def test_wechat_and_wecom(client, fields):
    inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    sealed = encipher(KEY, f"<xml>{inner}</xml>", "app") if _is_text(inner) else encipher(KEY, "<", "app")
    timestamp = str(int(NOW))
    query = {
        "timestamp": timestamp,
        "nonce": "n",
        "msg_signature": signature("token", timestamp, "n", sealed),
    }
    read(client, Request("POST", query, {}, f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode(), NOW))


def _is_text(text: str) -> bool:
    return not any("\ud800" <= sign <= "\udfff" for sign in text)
