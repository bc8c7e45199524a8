"""Chats beyond their first complaint and first hour: the next talk, files that are late, a second number, the same telephone."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.utils import add_to_date, now_datetime

from complaint_qms.api import chat as api
from complaint_qms.constants.chat import FAILED, MESSAGE, QUEUED
from complaint_qms.services.chat import complaint_chats, inbox_reader, late_files
from complaint_qms.services.inbox import decisions, draft, likely_complaints, understanding
from complaint_qms.services.triage import duplicates
from tests.chat_service import service
from tests.desk import factory
from tests.desk.chatting import SECRET, a_channel, a_file, chat_of, items, knock, says, turns
from tests.desk.test_chat import registered
from tests.desk.test_chat_replies import whatsapp_sign
from tests.desk.test_visitor_uploads import photo
from tests.desk.visiting import page_open

pytestmark = pytest.mark.usefixtures("site")
ANN = "4915112345678"


@pytest.fixture
def provider():
    with service() as played:
        yield played


def whatsapp(provider, number: str = "111", **values):
    account = {"app_id": number, "token": "t" * 16, "access_token": "a", "app_secret": SECRET}
    return a_channel("whatsapp", service_address=provider.url, **account | values)


def writes(channel, *messages: dict, number: str = "111") -> None:
    value = {
        "metadata": {"phone_number_id": number},
        "contacts": [{"wa_id": ANN, "profile": {"name": "Ann Lee"}}],
        "messages": [{"from": ANN, **message} for message in messages],
    }
    body = json.dumps({"entry": [{"changes": [{"field": "messages", "value": value}]}]}).encode()
    assert knock(channel, body, {"X-Hub-Signature-256": whatsapp_sign(SECRET, body)}).status == 200


def end(complaint: str) -> None:
    frappe.db.set_value("Complaint", complaint, "stage", "closed")


def test_what_is_told_after_a_registration_becomes_a_complaint_of_its_own_where_its_sender_says_so():
    channel = a_channel()
    first = registered(channel).complaint
    chat = says(channel, "I also have a broken toaster")
    assert (chat.complaint, chat.mode) == (first, "done")
    asked = turns(chat, "assistant")[-1].text
    assert "register this as a new complaint" in asked
    assert "[A new complaint]" in asked
    chat = says(channel, "A new complaint")
    assert (chat.complaint, chat.mode) == (None, "collecting")
    assert json.loads(chat.dialog_state)["happened"] == "I also have a broken toaster"
    assert frappe.db.get_value("Complaint", first, "stage") != "closed"


def test_what_told_of_it_goes_along_with_its_photos_and_is_struck_out_on_the_one_before():
    channel = a_channel()
    first = registered(channel).complaint
    frappe.db.set_value("Complaint Chat", chat_of(channel).name, "moved_from", factory.complaint().name)
    story = "I also have a broken toaster. " + "The lever does not stay down. " * 50 + "The lid is loose."
    says(channel, story, files=[a_file(photo())])
    says(channel, "", files=[a_file(photo((30, 30)), "plug.png")])
    before = frappe.get_doc("Complaint", first)
    assert [row.struck_out for row in before.evidence] == [0, 0], "nothing is lost while it is asked"
    told_first, shown = items(channel)[-2:]
    says(channel, "A new complaint")
    assert [row.struck_out for row in before.reload().evidence] == [1, 1]
    assert before.evidence[0].strike_reason == "It came in about another complaint of the same sender."
    notes = " ".join(frappe.get_all("Comment", {"reference_name": first}, pluck="content"))
    assert "their last message, with its files, is about another complaint" in notes
    for item in (told_first, shown):
        item.reload()
        assert (item.state, item.complaint, item.sent_about) == ("dismissed", None, None)
    second = frappe.get_doc("Complaint", registered(channel).complaint)
    complaint_chats.add_left_files()
    second.reload()
    assert second.name != first
    assert "The lid is loose." in second.description
    assert [row.struck_out for row in second.evidence] == [0, 0]
    assert second.received_at == told_first.received_at
    for item in (told_first, shown):
        item.reload()
        assert (item.state, item.complaint) == ("added", second.name)
        assert frappe.db.get_value("Communication", item.communication, "reference_name") == second.name
        assert frappe.db.get_value(MESSAGE, {"inbox_item": item.name}, "complaint") == second.name
    said = " ".join(frappe.get_all("Communication", {"reference_name": first}, pluck="content"))
    assert "toaster" not in said


def test_the_first_message_of_the_next_talk_and_its_photo_belong_to_the_next_complaint():
    channel = a_channel()
    first = registered(channel).complaint
    end(first)
    chat = says(channel, "My new machine is broken too, the glass cracked", files=[a_file(photo())])
    assert (chat.complaint, chat.mode) == (None, "collecting")
    turn = turns(chat, "sender")[-1]
    assert turn.complaint is None
    second = frappe.get_doc("Complaint", registered(channel).complaint)
    assert second.name != first
    assert "new machine is broken" in second.description
    assert len(second.evidence) == 1
    assert second.received_at == turn.at
    assert frappe.db.get_value("Complaint Inbox Item", turn.inbox_item, "complaint") == second.name
    assert frappe.db.get_value(MESSAGE, turn.name, "complaint") == second.name


def test_a_person_can_make_a_complaint_of_the_first_message_of_the_next_talk():
    channel = a_channel()
    end(registered(channel).complaint)
    says(channel, "My new machine is broken too")
    chat = says(channel, "I want to talk to a person")
    assert chat.inbox_item
    item = frappe.get_doc("Complaint Inbox Item", chat.inbox_item)
    made = decisions.make_complaint(item.name, draft.proposed_values(item))
    assert "new machine is broken" in made.description


def test_a_photo_that_the_service_keeps_back_for_hours_is_fetched_then_and_becomes_evidence(provider):
    channel = whatsapp(provider)
    provider.answers_json("/v21.0/m1", {"error": "expired"}, 401)
    picture = {"id": "m1", "caption": "The lamp exploded and burned my hand"}
    writes(channel, {"id": "wamid.1", "type": "image", "image": picture})
    inbox_reader.read_chat(channel.name, f"+{ANN}")
    chat = chat_of(channel, ANN)
    assert chat.complaint, "the message itself waits for nothing"
    assert "could not be taken" not in turns(chat, "assistant")[-1].text
    (turn,) = turns(chat, "sender")
    now = now_datetime()
    assert late_files.fetch_due(now) == 0
    assert late_files.fetch_due(add_to_date(now, minutes=11)) == 0, "not yet"
    assert frappe.db.get_value(MESSAGE, turn.name, "attempts") == 1
    provider.answers_json("/v21.0/m1", {"url": f"{provider.url}/file"})
    provider.answers_file("/file", photo(), "image/png")
    assert late_files.fetch_due(add_to_date(now, minutes=12)) == 0, "only after its pause"
    assert late_files.fetch_due(add_to_date(now, hours=2)) == 1
    assert not frappe.db.get_value(MESSAGE, turn.name, "files_late")
    complaint_chats.add_left_files()
    (row,) = frappe.get_doc("Complaint", chat.complaint).evidence
    assert row.kind == "photo"


def test_a_photo_that_never_comes_is_given_up_and_said(provider):
    channel = whatsapp(provider)
    provider.answers_json("/v21.0/m1", {"error": "busy"}, 503)
    writes(channel, {"id": "wamid.1", "type": "image", "image": {"id": "m1", "caption": "Hello"}})
    (item,) = items(channel)
    now = now_datetime()
    for minutes in (0, 2, 30):
        understanding.understand(item.name, add_to_date(now, minutes=minutes))
    (turn,) = turns(chat_of(channel, ANN), "sender")
    assert turn.files_late
    for days in range(1, 20):
        late_files.fetch_due(add_to_date(now, days=days))
    turn = frappe.db.get_value(MESSAGE, turn.name, ["files_late", "next_attempt"])
    assert turn == (None, None)
    noted = frappe.get_all("Comment", {"reference_name": item.name}, pluck="content")
    assert any("given up" in text for text in noted)


def test_a_second_number_of_an_app_is_its_own_channels_and_a_strange_one_waits_for_a_person(provider):
    first, second = whatsapp(provider), whatsapp(provider, "222")
    writes(first, {"id": "wamid.1", "type": "text", "text": {"body": "It leaks"}}, number="222")
    assert not items(first)
    (item,) = items(second)
    assert item.text == "It leaks"
    writes(first, {"id": "wamid.2", "type": "text", "text": {"body": "It smells"}}, number="333")
    (strange,) = items(first)
    understanding.understand(strange.name)
    assert frappe.db.get_value("Complaint Inbox Item", strange.name, "state") == "waiting"
    frappe.db.set_value("Complaint Chat Channel", second.name, "enabled", 0)
    second.clear_cache()
    writes(first, {"id": "wamid.3", "type": "text", "text": {"body": "Again"}}, number="222")
    assert len(items(first)) == 2


def test_the_senders_telephone_is_theirs_however_somebody_wrote_it(provider):
    channel = whatsapp(provider)
    writes(channel, {"id": "wamid.1", "type": "text", "text": {"body": "Hello"}})
    inbox_reader.read_chat(channel.name, f"+{ANN}")
    chat = chat_of(channel, ANN)
    own = factory.complaint(contact_phone="0049 151 1234-5678")
    other = factory.complaint(contact_phone="+49 151 12345679")
    assert (complaint_chats.is_own(chat, own), complaint_chats.is_own(chat, other)) == (True, False)
    (item,) = items(channel)
    assert own.name in [row["name"] for row in likely_complaints.likely_complaints(item)]


def test_an_account_of_digits_alone_is_no_telephone():
    channel = a_channel()
    says(channel, "Hello", "2434066513847867")
    (item,) = items(channel)
    assert not draft.proposed_values(item).get("contact_phone")


def test_a_message_whose_link_went_out_in_vain_is_sent_again_with_a_new_one():
    channel = a_channel()
    chat = registered(channel)
    link = frappe.utils.get_url("/complaint/track?_lang=en")
    turn = turns(chat, "assistant")[-1]
    frappe.db.set_value(MESSAGE, turn.name, {"text": f"Follow it here: {link}", "state": FAILED, "complaint": chat.complaint})  # fmt: skip
    with page_open():
        assert api.send_again(turn.name)["state"] == QUEUED
    text = frappe.db.get_value(MESSAGE, turn.name, "text")
    assert text.startswith(f"Follow it here: {link}#")
    assert len(text.partition("#")[2]) >= 32


def test_one_telephone_in_two_spellings_is_a_pair_in_the_triage_table_as_well():
    first = factory.complaint(contact_phone="0170 1234567", subject="Lid", description="The lid is loose")
    second = factory.complaint(
        contact_phone="+49 170 1234567", subject="Cable", description="Frayed cable seen"
    )
    near = duplicates._near([second])
    assert first.name in near[second.name]
