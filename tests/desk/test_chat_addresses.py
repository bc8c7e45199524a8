"""Addresses that a service or an administrator gives: where the library that calls them really goes."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.integrations.messaging import dingtalk, http, wechat_crypto
from complaint_qms.integrations.messaging.inbound import Account, Reply, ServiceError, Unreadable
from tests.desk.chatting import a_channel
from tests.effort import lines_run

DOUBTFUL = [
    "https://127.0.0.1:18443\\@oapi.dingtalk.com/x",
    "https://127.0.0.1\\.dingtalk.com/x",
    "https://oapi.dingtalk.com@127.0.0.1/x",
    "https://a:b@oapi.dingtalk.com/x",
    "https://@oapi.dingtalk.com/x",
    "https://oapi.dingtalk.com:443@127.0.0.1/x",
    "https://oapi.dingtalk.com\n.evil.example/x",
    "\thttps://oapi.dingtalk.com/x",
    "https://127.0.0.1#@oapi.dingtalk.com/x",
    "https://127.0.0.1?@oapi.dingtalk.com/x",
    "https://evil.example/\u3000.dingtalk.com",
    "https://oapi.dingtalk.com:8443/x",
    "http://oapi.dingtalk.com/x",
    "https://evildingtalk.com/x",
    "https://dingtalk.com.evil.example/x",
    "file:///etc/passwd",
    "//oapi.dingtalk.com/x",
    "https://[::1/x",
    "https://oapi.dingtalk.com:99999/x",
    "",
]


@pytest.mark.parametrize("url", DOUBTFUL)
def test_an_address_that_leads_elsewhere_is_not_within(url):
    assert not http.is_within(url, "https://api.dingtalk.com", ("dingtalk.com",))


@pytest.mark.parametrize(
    "host", ["dingtalk.com", "oapi.dingtalk.com", "OAPI.dingtalk.com", "oapi.dingtalk.com:443"]
)
def test_the_service_itself_is_within(host):
    assert http.is_within(
        f"https://{host}/robot?session=a%20b", "https://api.dingtalk.com", ("dingtalk.com",)
    )


@pytest.mark.parametrize("url", ["https://evil.oss.aliyuncs.com/x", DOUBTFUL[0]])
def test_a_talk_is_answered_at_the_service_alone(url, monkeypatch):
    monkeypatch.setattr(http, "post_json", lambda *asked: pytest.fail(f"asked {asked[0]}"))
    account = Account(base_url=dingtalk.BASE_URL, app_id="r", app_secret="s")
    with pytest.raises(ServiceError, match="chat of their own"):
        dingtalk.send_reply(account, Reply("r", "x", "y", {"webhook": url}), None)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9\\@graph.facebook.com",
        "http://169.254.169.254/latest",
        "http://2852039166/latest",
        "http://0xA9FEA9FE/latest",
        "http://[::ffff:169.254.169.254]/latest",
        "http://[fe80::1]/",
        "http://100.100.100.200/latest",
        "https://a@b.example/",
        "https://a b.example/",
        "https://b.example/?a=1",
        "https://b.example/#a",
        "https:///x",
    ],
)
def test_a_service_address_is_read_in_one_way(address):
    with pytest.raises(frappe.ValidationError, match="https://"):
        a_channel(service_address=address)


@pytest.mark.usefixtures("site")
def test_stored_secrets_stay_with_the_computer_that_they_were_entered_for():
    channel = a_channel(service_address="https://chat.example.com/x")
    channel.reload()
    channel.service_address = "https://chat.example.com/y"
    channel.save()
    channel.service_address = "https://elsewhere.example/y"
    with pytest.raises(frappe.ValidationError, match="Secret: enter it anew"):
        channel.save()
    channel.reload()
    channel.update({"service_address": "https://elsewhere.example/y", "app_secret": "n" * 16}).save()
    assert channel.get_password("app_secret") == "n" * 16


def test_text_in_many_pieces_is_read_at_once():
    def body(count: int) -> bytes:
        return b"<xml><Encrypt>" + b"\n" * count + b"</Encrypt></xml>"

    assert len(wechat_crypto.xml_fields(body(1_000_000))["Encrypt"]) == 1_000_000
    few, many = (lines_run(wechat_crypto.xml_fields, body(count)) for count in (5_000, 20_000))
    assert many < 5 * few


@pytest.mark.parametrize(
    "body",
    [
        "<xml>" + "".join(f"<a{number}/>" for number in range(300)) + "</xml>",
        f"<xml><a>{'x' * (2 << 20)}</a></xml>",
    ],
)
def test_more_than_a_message_has_is_no_message(body):
    with pytest.raises(Unreadable):
        wechat_crypto.xml_fields(body)
