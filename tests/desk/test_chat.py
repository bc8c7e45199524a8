"""A chat becomes a complaint: kept once, read in order, asked for what is missing, registered, gone on with."""

from __future__ import annotations

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.services.chat import handover, inbox_reader
from complaint_qms.services.inbox import decisions
from tests.desk import factory
from tests.desk.chatting import (
    a_channel,
    a_file,
    chat_of,
    items,
    message,
    said,
    says,
    sends,
    turns,
)
from tests.desk.test_sure_party import reached_by
from tests.desk.test_visitor_uploads import photo

pytestmark = pytest.mark.usefixtures("site")
COMPLAINT = "My lamp is broken. The glass cracked on the first day and it leaks."


def registered(channel, sender="visitor-7"):
    says(channel, COMPLAINT, sender)
    for _turn in range(8):
        chat = chat_of(channel, sender)
        if chat.complaint:
            return chat
        answer = {"product": "Lamp 7", "order": "SO-2026-00017", "photos": "no photo", "confirm": "yes"}
        asked = frappe.parse_json(chat.dialog_state)["asked"]
        says(channel, answer.get(asked, "It cracked and leaks"), sender)
    raise AssertionError(said(chat_of(channel, sender)))


def test_a_complaint_is_collected_and_registered_and_the_rest_of_the_chat_goes_along():
    channel = a_channel()
    first = says(channel, COMPLAINT, files=[a_file(photo())])
    assert (first.mode, first.complaint) == ("collecting", None)
    assert "automatic assistant" in said(first)
    chat = registered(channel)
    doc = frappe.get_doc("Complaint", chat.complaint)
    assert chat.mode == "done"
    assert doc.name in said(chat)
    assert "glass cracked" in doc.description
    assert "SO-2026-00017" in doc.description
    assert (doc.product_model, doc.complainant_name, doc.company) == ("lamp", "Ann Lee", channel.company)
    assert len(doc.evidence) == 1, "the photo of the first message"
    assert {item.state for item in items(channel)} == {"registered", "added"}
    assert {item.complaint for item in items(channel)} == {doc.name}
    assert {turn.complaint for turn in turns(chat, "sender")} == {doc.name}
    more = says(channel, "It is also missing a screw", files=[a_file(photo(), "screw.png")])
    assert more.complaint == doc.name
    talk = frappe.get_all(
        "Communication", {"reference_name": doc.name}, ["content", "communication_medium", "sent_or_received"]
    )
    assert [(row.communication_medium, row.sent_or_received) for row in talk] == [("Chat", "Received")]
    assert "missing a screw" in talk[0].content
    assert len(frappe.get_doc("Complaint", doc.name).evidence) == 2


def test_the_same_message_is_kept_and_answered_once():
    channel = a_channel()
    hello = message("Hello")
    assert [sends(channel, hello).status for _time in range(3)] == [200, 200, 200]
    assert len(items(channel)) == 1
    assert len(turns(chat_of(channel))) == 2


def test_messages_of_one_sender_are_read_in_their_order():
    channel = a_channel()
    for text in ("Hello", COMPLAINT, "Lamp 7"):
        sends(channel, message(text), read=False)
    assert inbox_reader.read_chat(channel.name, "visitor-7") == 3
    assert [turn.text for turn in turns(chat_of(channel), "sender")] == ["Hello", COMPLAINT, "Lamp 7"]
    assert frappe.parse_json(chat_of(channel).dialog_state)["product"]


def test_the_wish_for_a_person_wins_and_the_assistant_is_silent_then():
    channel = a_channel()
    says(channel, COMPLAINT)
    chat = says(channel, "I want to talk to a person")
    assert (chat.mode, chat.waits) == ("with_person", 1)
    waiting = frappe.get_doc("Complaint Inbox Item", chat.inbox_item)
    assert waiting.state == "waiting"
    assert "glass cracked" in waiting.text, "what was said before stands with it"
    spoken = len(turns(chat, "assistant"))
    later = says(channel, "Are you there?")
    assert len(turns(later, "assistant")) == spoken
    assert [item.state for item in items(channel)] == ["dismissed", "waiting", "dismissed"]
    doc = decisions.make_complaint(chat.inbox_item, {})
    after = chat_of(channel)
    assert (after.complaint, after.mode) == (doc.name, "with_person")
    assert {item.state for item in items(channel)} == {"registered", "added"}
    assert "glass cracked" in doc.description


def test_who_answers_for_the_channel_hears_of_a_chat_that_waits():
    agent = factory.user("Complaint Agent")
    channel = a_channel()
    chat = says(channel, "agent please, I want a human")
    told = frappe.get_all(
        "Notification Log", {"for_user": agent, "document_name": chat.name}, pluck="subject"
    )
    assert len(told) == 1
    assert "Ann Lee" in told[0]


def test_a_person_who_has_decided_it_is_no_complaint_leaves_the_chat_to_the_assistant():
    channel = a_channel()
    chat = says(channel, "I want to talk to a person")
    decisions.not_a_complaint(chat.inbox_item, "A wrong number")
    again = says(channel, "Hello")
    assert again.mode == "done"
    assert said(again)


def test_a_channel_without_assistant_leaves_every_chat_to_persons():
    channel = a_channel(assistant=0)
    chat = says(channel, COMPLAINT)
    assert (chat.mode, said(chat)) == ("with_person", "")
    assert [item.state for item in items(channel)] == ["waiting"]
    says(channel, "Are you there?")
    assert [item.state for item in items(channel)] == ["waiting", "dismissed"]


def test_a_complaint_that_nobody_finishes_telling_comes_to_a_person():
    channel = a_channel()
    chat = says(channel, COMPLAINT)
    assert chat.mode == "collecting"
    assert handover.hand_over_left(now_datetime()) == 0
    handover.hand_over_left(add_to_date(now_datetime(), hours=13))
    left = chat_of(channel)
    assert (left.mode, left.waits) == ("with_person", 1)
    assert [item.state for item in items(channel)] == ["waiting"]


def test_after_the_complaint_has_ended_a_new_talk_begins():
    channel = a_channel()
    chat = registered(channel)
    frappe.db.set_value("Complaint", chat.complaint, "stage", "closed")
    after = says(channel, "Hello")
    assert (after.complaint, after.mode) == (None, "open")


def test_harm_is_registered_at_once_and_comes_to_a_person():
    channel = a_channel()
    chat = says(channel, "The lamp exploded and burned my hand")
    assert chat.complaint
    assert chat.mode == "with_person"
    assert "emergency" in said(chat)


def test_chinese_is_answered_in_chinese():
    channel = a_channel()
    chat = says(channel, "你好，灯坏了，漏水")
    assert chat.language == "zh"
    assert "助" in said(chat)


def test_an_answer_from_a_published_article_is_given_where_it_is_sure():
    category = frappe.get_doc(
        {"doctype": "Help Category", "category_name": "Lamps of the test", "published": 1}
    ).insert()
    article = {
        "doctype": "Help Article",
        "title": "How to replace the battery of the lamp remote control",
        "category": category.name,
        "published": 1,
        "content": "<p>Open the lid of the remote control and replace the battery with a CR2032.</p>",
    }
    doc = frappe.get_doc(article).insert()
    channel = a_channel()
    chat = says(channel, "How do I replace the battery of the remote control?")
    assert "CR2032" in said(chat)
    assert turns(chat, "assistant")[-1].article == doc.name
    doc.published = 0
    doc.save()
    other = says(channel, "How do I replace the battery of the remote control?", "visitor-8")
    assert "CR2032" not in said(other)


def test_what_is_no_photo_is_not_kept_and_its_sender_hears_of_it():
    channel = a_channel()
    chat = says(channel, COMPLAINT, files=[a_file(b"MZ\x90\x00 a program", "photo.jpg")])
    assert "could not be taken" in said(chat)
    (item,) = items(channel)
    assert not frappe.get_all("File", {"attached_to_name": item.name, "file_name": ("like", "photo%")})
    noted = frappe.get_all("Comment", {"reference_name": item.name}, pluck="content")
    assert any("only photos" in text for text in noted)


def test_who_is_known_by_telephone_is_the_customer_of_complaint_and_chat():
    customer = factory.customer().name
    contact = reached_by(customer, "+86 139 8765 4321")
    channel = a_channel()
    body = message("The lamp exploded and burned my hand")
    body["sender"]["phone"] = "+8613987654321"
    assert sends(channel, body).status == 200
    chat = chat_of(channel)
    doc = frappe.get_doc("Complaint", chat.complaint)
    assert (doc.customer, doc.contact_person) == (customer, contact)
    assert (chat.customer, chat.contact_person) == (customer, contact)
    later = says(channel, "It is still warm", sender="visitor-9")
    assert later.customer is None, "another account is another chat"
