"""WeChat and WeCom as they document themselves: signatures, ciphers, handshakes, messages, files and replies."""

from __future__ import annotations

import hashlib
import tracemalloc
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from complaint_qms.integrations.messaging import wechat, wechat_crypto, wecom
from complaint_qms.integrations.messaging.inbound import (
    Account,
    Media,
    Refused,
    Reply,
    Request,
    ServiceError,
    Unreadable,
)
from tests.chat_service import service

NOW = 1_409_659_600.0
# The example that WeCom ships with its own libraries (Sample, “验证回调URL”).
WECOM = Account(
    app_id="wx5823bf96d3bd56c7",
    token="QDG6eK",
    aes_key="jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    app_secret="s",
    agent_id="7",
)
HANDSHAKE = {
    "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
    "timestamp": "1409659589",
    "nonce": "263014780",
    "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
}
TEXT = (
    "<xml><ToUserName><![CDATA[to]]></ToUserName><FromUserName><![CDATA[ann]]></FromUserName><CreateTime>1409659590</CreateTime>"
    "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[灯坏了 <b>&amp; {0}]]></Content><MsgId>1234567890123456</MsgId><AgentID>7</AgentID></xml>"
)


class Kept(dict):
    """Tokens of a test."""

    def set(self, key, value, seconds):
        assert seconds > 0
        self[key] = value


@pytest.fixture
def played():
    with service() as found:
        yield found


def enciphered(xml: str, account: Account = WECOM, at: float = NOW, **other) -> Request:
    ciphertext = wechat_crypto.encipher(account.aes_key, xml, other.get("receiver", account.app_id))
    timestamp, nonce = str(int(at)), "n0nce"
    query = {
        "msg_signature": wechat_crypto.signature(account.token, timestamp, nonce, ciphertext),
        "timestamp": timestamp,
        "nonce": nonce,
    }
    body = f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{ciphertext}]]></Encrypt></xml>".encode()
    return Request("POST", query, {}, body, NOW)


def test_wecoms_own_example_is_verified_and_deciphered():
    assert (
        wecom.receive_request(WECOM, Request("GET", HANDSHAKE, {}, b"", NOW)).answer == "1616140317555161061"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("msg_signature", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd4"),
        ("msg_signature", ""),
        ("msg_signature", "\ud800"),
        ("timestamp", "1409659588"),
        ("timestamp", ""),
        ("nonce", "1"),
        ("echostr", "AAAA"),
        ("echostr", ""),
    ],
)
def test_any_change_of_the_handshake_is_refused(field, value):
    with pytest.raises(Refused):
        wecom.receive_request(WECOM, Request("GET", HANDSHAKE | {field: value}, {}, b"", NOW))


def test_an_old_request_is_refused():
    with pytest.raises(Refused):
        wecom.receive_request(WECOM, Request("GET", HANDSHAKE, {}, b"", NOW + 3700))


@pytest.mark.parametrize("client", [wecom, wechat])
def test_an_enciphered_message_is_read(client):
    received = client.receive_request(WECOM, enciphered(TEXT))
    (inbound,) = received.messages
    assert (inbound.message_id, inbound.sender_id, inbound.text) == (
        "1234567890123456",
        "ann",
        "灯坏了 <b>&amp; {0}",
    )
    assert inbound.at.isoformat() == "2014-09-02T12:06:30+00:00"
    assert received.answer == ("success" if client is wechat else "")


@pytest.mark.parametrize("client", [wecom, wechat])
def test_what_was_enciphered_for_another_receiver_or_with_another_key_is_refused(client):
    for request in (
        enciphered(TEXT, receiver="wx0"),
        enciphered(TEXT, replace(WECOM, aes_key="b" * 43)),
        enciphered(TEXT, at=NOW - 4000),
    ):
        with pytest.raises(Refused):
            client.receive_request(WECOM, request)


def test_a_message_for_another_application_is_refused():
    with pytest.raises(Refused):
        wecom.receive_request(WECOM, enciphered(TEXT.replace("<AgentID>7<", "<AgentID>8<")))


def test_a_plain_message_is_refused_however_its_query_is_signed():
    """In WeChat's plain mode the signature covers no word of the message."""
    query = {"timestamp": str(int(NOW)), "nonce": "n"}
    query["signature"] = query["msg_signature"] = wechat_crypto.signature(
        WECOM.token, query["timestamp"], "n"
    )
    with pytest.raises(Refused):
        wechat.receive_request(WECOM, Request("POST", query, {}, TEXT.encode(), NOW))


def test_wechats_handshake():
    query = {"timestamp": str(int(NOW)), "nonce": "n", "echostr": "42"}
    signed = query | {
        "signature": hashlib.sha1("".join(sorted([WECOM.token, str(int(NOW)), "n"])).encode()).hexdigest()
    }
    assert wechat.receive_request(WECOM, Request("GET", signed, {}, b"", NOW)).answer == "42"
    with pytest.raises(Refused):
        wechat.receive_request(WECOM, Request("GET", query, {}, b"", NOW))


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(8))
    + "]><xml><FromUserName>&i;</FromUserName><Encrypt>&i;</Encrypt><MsgType>text</MsgType></xml>"
)
FILE = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><FromUserName>&f;</FromUserName><MsgType>text</MsgType></xml>'


@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        FILE,
        "",
        "<xml",
        "<xml/>",
        "<a>" * 5000,
        "\0",
        "<xml><FromUserName>a</FromUserName></xml>",
        "<xml>&nbsp;</xml>",
    ],
)
def test_xml_that_is_none_or_a_trap(xml):
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            wechat.receive_request(WECOM, Request("POST", {}, {}, xml.encode(), NOW))  # outside the cipher
        with pytest.raises(Unreadable):
            wechat.receive_request(WECOM, enciphered(xml))  # and within
        assert tracemalloc.get_traced_memory()[1] < 10_000_000, "what it is a word for was written out"
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("kind", "fields", "text", "media"),
    [
        ("image", "<PicUrl>http://x</PicUrl><MediaId>m1</MediaId>", "", "m1"),
        ("voice", "<MediaId>m2</MediaId><Recognition>漏水</Recognition>", "漏水", "m2"),
        ("video", "<MediaId>m3</MediaId>", "", "m3"),
        (
            "location",
            "<Location_X>1.5</Location_X><Location_Y>2</Location_Y><Label>Pier</Label>",
            "Pier, 1.5, 2",
            None,
        ),
        ("link", "<Title>T</Title><Description>D</Description><Url>https://x</Url>", "T\nD\nhttps://x", None),
        ("unheard_of", "", "", None),
    ],
)
def test_kinds_of_messages_of_wechat(kind, fields, text, media):
    xml = f"<xml><FromUserName>ann</FromUserName><CreateTime>1</CreateTime><MsgType>{kind}</MsgType><MsgId>1</MsgId>{fields}</xml>"
    (inbound,) = wechat.receive_request(WECOM, enciphered(xml)).messages
    assert inbound.text == text
    assert [one.id for one in inbound.media] == ([media] if media else [])


def test_an_event_is_no_message():
    xml = "<xml><FromUserName>ann</FromUserName><MsgType>event</MsgType><Event>subscribe</Event></xml>"
    assert wechat.receive_request(WECOM, enciphered(xml)).messages == ()


def test_wechat_sends_letters_as_they_are_in_pieces(played):
    account = replace(WECOM, base_url=played.url)
    played.answers_json("/cgi-bin/stable_token", {"access_token": "t1", "expires_in": 7200})
    played.answers_json("/cgi-bin/message/custom/send", {"errcode": 0})
    wechat.send_reply(account, Reply("r", "ann", "灯" * 1000), Kept())
    sent = played.asked_at("/cgi-bin/message/custom/send")
    assert len(sent) == 2
    assert "".join(one.data["text"]["content"] for one in sent) == "灯" * 1000
    assert "灯".encode() in sent[0].body
    assert parse_qs(urlsplit(sent[0].path).query) == {"access_token": ["t1"]}


def test_wechat_says_why_it_refuses(played):
    account = replace(WECOM, base_url=played.url)
    played.answers_json("/cgi-bin/stable_token", {"access_token": "t1", "expires_in": 7200})
    for code, passing in ((45015, False), (-1, True)):
        played.answers_json("/cgi-bin/message/custom/send", {"errcode": code, "errmsg": "why"})
        with pytest.raises(ServiceError, match=f"{code}. why") as refused:
            wechat.send_reply(account, Reply("r", "ann", "x"), Kept())
        assert refused.value.passing is passing


@pytest.mark.parametrize(
    ("client", "token"), [(wecom, "/cgi-bin/gettoken"), (wechat, "/cgi-bin/stable_token")]
)
def test_a_file_of_wechat_is_fetched_within_its_limit(played, client, token):
    account = replace(WECOM, base_url=played.url)
    played.answers_json(token, {"access_token": "t1", "expires_in": 7200})
    played.answers_file("/cgi-bin/media/get", b"x" * 1000)
    assert client.fetch_file(account, Media("m1"), Kept(), 1000).content == b"x" * 1000
    with pytest.raises(ServiceError, match="sent more than"):
        client.fetch_file(account, Media("m1"), Kept(), 999)
    played.answers_json("/cgi-bin/media/get", {"errcode": 40007, "errmsg": "invalid media_id"})
    with pytest.raises(ServiceError, match="40007"):
        client.fetch_file(account, Media("m1"), Kept(), 1000)
