"""What goes out in chats: sent by a job to a real service, tried again, given up; and persons who take over."""

from __future__ import annotations

import hashlib
import hmac
import json

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import chat as api
from complaint_qms.integrations.messaging import signed_webhook
from complaint_qms.services.chat import inbox_reader, replying, sending
from complaint_qms.services.inbox import understanding
from complaint_qms.services.record.service_tokens import CachedTokens
from tests.chat_service import service
from tests.desk import factory
from tests.desk.chatting import SECRET, a_channel, chat_of, items, knock, says, turns
from tests.desk.test_chat import COMPLAINT, registered
from tests.desk.test_visitor_uploads import photo

pytestmark = pytest.mark.usefixtures("site")


@pytest.fixture
def provider():
    with service() as played:
        played.answers_json("/replies", {"message_id": "out-1"})
        yield played


def outgoing(chat):
    return [turn for turn in turns(chat) if turn.who != "sender"]


def test_what_the_assistant_says_reaches_the_service_signed_and_once(provider):
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = says(channel, "Hello")
    assert sending.send_due() == 1
    assert sending.send_due() == 0
    (asked,) = provider.asked
    assert asked.headers["x-signature"] == signed_webhook.sign(
        SECRET, asked.headers["x-timestamp"], asked.body
    )
    assert asked.data["to"] == "visitor-7"
    (turn,) = outgoing(chat)
    assert (turn.state, turn.provider_id, turn.text) == ("sent", "out-1", asked.data["text"])


def test_a_service_that_is_down_is_asked_again_and_given_up_in_the_end(provider):
    provider.answers_json("/replies", {"error": "busy"}, 503)
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = says(channel, "Hello")
    says(channel, "Hello again")
    now = now_datetime()
    for step in range(5):
        sending.send_due(now=add_to_date(now, hours=3 * step))
    first, second = outgoing(chat)
    assert (first.state, first.attempts) == ("not_sent", 5)
    assert "503" in first.error
    assert second.state == "queued", "in its order"
    assert second.attempts == 1
    provider.answers_json("/replies", {"message_id": "out-2"})
    assert sending.send_due(now=add_to_date(now, days=2)) == 1
    api.send_again(first.name)
    assert sending.send_due() == 1
    assert {turn.state for turn in outgoing(chat)} == {"sent"}


def test_what_a_service_refuses_is_given_up_at_once_and_its_author_hears_of_it(provider):
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = says(channel, "Hello")
    sending.send_due()
    provider.answers_json("/replies", {"error": "no such user"}, 400)
    agent = factory.user("Complaint Agent")
    frappe.set_user(agent)
    replying.reply(chat.name, "Good morning")
    frappe.set_user("Administrator")
    sending.send_due()
    turn = outgoing(chat)[-1]
    assert (turn.state, turn.attempts, turn.user) == ("not_sent", 1, agent)
    told = frappe.get_all(
        "Notification Log", {"for_user": agent, "document_name": chat.name}, pluck="subject"
    )
    assert any("could not be sent" in text for text in told)


def test_a_redirect_and_an_endless_answer_are_not_followed(provider):
    provider.answers["/replies"] = (302, {"Location": f"{provider.url}/elsewhere"}, b"")
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = says(channel, "Hello")
    sending.send_due()
    assert not provider.asked_at("/elsewhere")
    assert outgoing(chat)[0].state == "not_sent"
    provider.answers["/replies"] = (200, {}, b"x" * (3 << 20))
    says(channel, "Hello")
    sending.send_due()
    assert outgoing(chat)[-1].state == "not_sent"


def test_a_person_who_answers_has_the_chat_and_their_answer_counts_on_the_complaint(provider):
    channel = a_channel(service_address=f"{provider.url}/replies")
    chat = registered(channel)
    agent = factory.user("Complaint Agent")
    frappe.set_user(agent)
    api.reply(chat.name, "We send you a new lamp.")
    frappe.set_user("Administrator")
    taken = chat_of(channel)
    assert (taken.mode, taken.handed_to, taken.waits) == ("with_person", agent, 0)
    doc = frappe.get_doc("Complaint", chat.complaint)
    assert doc.first_response_at
    sent = frappe.get_all(
        "Communication",
        {"reference_name": doc.name, "sent_or_received": "Sent"},
        ["content", "communication_medium"],
    )
    assert [(row.content, row.communication_medium) for row in sent] == [
        ("<p>We send you a new lamp.</p>", "Chat")
    ]
    spoken = len(turns(chat, "assistant"))
    after = says(channel, "Thank you. And my screw?")
    assert len(turns(after, "assistant")) == spoken, "silent"
    assert after.waits == 1
    api.give_back(chat.name)
    assert chat_of(channel).mode == "done"
    says(channel, "The screw is still missing")
    assert len(turns(chat, "assistant")) == spoken + 1


def test_who_takes_over_silences_the_assistant_before_a_word_is_written():
    channel = a_channel()
    chat = says(channel, COMPLAINT)
    api.take_over(chat.name)
    spoken = len(turns(chat, "assistant"))
    after = says(channel, "Lamp 7")
    assert len(turns(after, "assistant")) == spoken
    assert after.complaint is None


@pytest.mark.parametrize("text", ["", "   \n ", "x" * 4001])
def test_an_answer_says_something_and_not_too_much(text):
    chat = says(a_channel(), "Hello")
    with pytest.raises(frappe.ValidationError, match="Message:"):
        api.reply(chat.name, text)


def test_a_channel_that_sends_nothing_says_so():
    channel = a_channel(replies=0)
    chat = says(channel, COMPLAINT)
    assert not outgoing(chat)
    with pytest.raises(frappe.ValidationError, match="sends no replies"):
        api.reply(chat.name, "Hello")


@pytest.mark.parametrize(
    "role", ["QMS Auditor", "Quality Investigator", "Regulatory Affairs", "Quality Manager", "Accounts User"]
)
def test_who_only_reads_answers_nobody(role):
    chat = says(a_channel(), "Hello")
    frappe.set_user(factory.user(role))
    for act in (
        lambda: api.reply(chat.name, "Hi"),
        lambda: api.take_over(chat.name),
        lambda: api.give_back(chat.name),
    ):
        with pytest.raises(frappe.PermissionError):
            act()
    frappe.set_user("Administrator")


def test_a_chat_of_another_company_is_hidden():
    channel = a_channel()
    chat = says(channel, "Hello")
    agent = factory.user("Complaint Agent")
    other = factory.other_company()
    frappe.get_doc(
        {"doctype": "User Permission", "user": agent, "allow": "Company", "for_value": other}
    ).insert()
    frappe.set_user(agent)
    assert chat.name not in frappe.get_list("Complaint Chat", pluck="name")
    with pytest.raises(frappe.PermissionError):
        api.talk(chat.name)
    assert not frappe.get_list("Complaint Chat Message", {"chat": chat.name}, pluck="name")
    frappe.set_user("Administrator")


def test_nobody_writes_or_deletes_what_was_said():
    chat = says(a_channel(), "Hello")
    turn = frappe.get_doc("Complaint Chat Message", turns(chat)[0].name)
    for doc, field in ((chat, "title"), (turn, "text")):
        doc.set(field, "Other words")
        with pytest.raises(frappe.ValidationError):
            doc.save()
        with pytest.raises(frappe.ValidationError):
            frappe.delete_doc(doc.doctype, doc.name)


def test_a_channel_tells_what_it_lacks():
    with pytest.raises(frappe.ValidationError) as refused:
        a_channel("wecom", app_id="ww1", agent_id="1", aes_key="too short", service_address="ftp://x")
    said = str(refused.value)
    for name in ("Token", "EncodingAESKey", "Service Address"):
        assert name in said


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("wecom", "App ID"),
        ("wecom", "Agent ID"),
        ("wechat", "App ID"),
        ("whatsapp", "App ID"),
        ("dingtalk", "App ID"),
    ],
)
def test_a_channel_needs_what_its_service_knows_it_by(provider, name):
    values = {"token": "t" * 16, "aes_key": "a" * 43, "access_token": "a", "app_id": "1", "agent_id": "7"}
    del values[name.lower().replace(" ", "_")]
    with pytest.raises(frappe.ValidationError, match=name):
        a_channel(provider, **values)


def test_the_token_of_a_service_is_kept_and_got_anew(provider):
    channel = a_channel(
        "wecom", app_id="ww1", agent_id="7", token="t" * 16, aes_key="a" * 43, service_address=provider.url
    )
    from complaint_qms.integrations.messaging import wecom
    from complaint_qms.integrations.messaging.inbound import Reply
    from complaint_qms.services.chat import channels

    tokens = iter(("one", "two", "three"))
    provider.answers["/cgi-bin/gettoken"] = lambda asked: (
        200,
        {},
        json.dumps({"errcode": 0, "access_token": next(tokens), "expires_in": 7200}).encode(),
    )
    refused = {"one": False}

    def send(asked):
        token = asked.path.rpartition("=")[2]
        data = (
            {"errcode": 42001, "errmsg": "expired"}
            if refused.get(token)
            else {"errcode": 0, "msgid": f"m-{token}"}
        )
        return 200, {}, json.dumps(data).encode()

    provider.answers["/cgi-bin/message/send"] = send
    account, reply = channels.account_of(channel), Reply("r", "ann", "Hello")
    assert wecom.send_reply(account, reply, CachedTokens()) == "m-one"
    assert wecom.send_reply(account, reply, CachedTokens()) == "m-one"
    refused["one"] = True
    assert wecom.send_reply(account, reply, CachedTokens()) == "m-two"
    assert len(provider.asked_at("/cgi-bin/gettoken")) == 2


def test_a_photo_of_whatsapp_is_fetched_by_the_job_and_becomes_evidence(provider):
    """The service is down at first: the message is read later, once its file is to be had."""
    channel = a_channel(
        "whatsapp",
        app_id="111",
        token="t" * 16,
        access_token="a",
        app_secret=SECRET,
        service_address=provider.url,
    )
    provider.answers_json("/v21.0/m1", {"error": "busy"}, 503)
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "111"},
        "contacts": [{"wa_id": "4915112345678", "profile": {"name": "Ann Lee"}}],
        "messages": [{"id": "wamid.1", "from": "4915112345678", "type": "image",
            "image": {"id": "m1", "caption": "The lamp exploded and burned my hand"}}],
    }}]}]}).encode()  # fmt: skip
    assert knock(channel, body, {"X-Hub-Signature-256": whatsapp_sign(SECRET, body)}).status == 200
    inbox_reader.read_chat(channel.name, "+4915112345678")
    (item,) = items(channel)
    assert (item.state, item.attempts) == ("new", 1)
    provider.answers_json("/v21.0/m1", {"url": f"{provider.url}/file"})
    provider.answers_file("/file", photo(), "image/png")
    understanding.understand(item.name, add_to_date(now_datetime(), hours=1))
    chat = chat_of(channel, "4915112345678")
    doc = frappe.get_doc("Complaint", chat.complaint)
    assert doc.contact_phone == "+4915112345678"
    (row,) = doc.evidence
    assert row.kind == "photo"
    assert frappe.db.get_value("File", {"file_url": row.file}, "is_private") == 1
    assert [one.headers["authorization"] for one in provider.asked_at("/file")] == ["Bearer a"]


def test_a_file_that_is_gone_keeps_no_message_from_being_read(provider):
    channel = a_channel(
        "whatsapp", app_id="111", token="t" * 16, access_token="a", service_address=provider.url
    )
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": {
        "metadata": {"phone_number_id": "111"},
        "messages": [{"id": "wamid.1", "from": "491", "type": "image", "image": {"id": "gone", "caption": "Hello"}}],
    }}]}]}).encode()  # fmt: skip
    assert knock(channel, body, {"X-Hub-Signature-256": whatsapp_sign(SECRET, body)}).status == 200
    inbox_reader.read_chat(channel.name, "+491")
    chat = chat_of(channel, "491")
    assert "could not be taken" in turns(chat, "assistant")[-1].text
    (item,) = items(channel)
    noted = frappe.get_all("Comment", {"reference_name": item.name}, pluck="content")
    assert any("could not be fetched" in text for text in noted)


def whatsapp_sign(secret: str, body: bytes) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
