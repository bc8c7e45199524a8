"""What a sender says in their chat about a solution that they were told, and how their complaint stands."""

from __future__ import annotations

from datetime import timedelta

import frappe
import pytest
from frappe.utils import add_days, now_datetime, nowdate

from tests.desk import factory
from tests.desk.chatting import a_channel, said, says, turns
from tests.desk.test_chat import registered


def told_a_solution(channel) -> tuple[frappe.model.document.Document, frappe.model.document.Document]:
    """A chat whose complaint waits for its sender's word on a solution, which a person has told there."""
    chat = registered(channel)
    values = {
        "stage": "confirm",
        "workflow_state": "Waiting for Customer",
        "reply": "<p>A new lamp.</p>",
        "reply_sent_at": now_datetime(),
    }
    values["workflow_state"] = frappe.db.get_value(
        "Workflow Document State", {"parent": "Complaint", "update_value": "confirm"}, "state"
    )
    frappe.db.set_value("Complaint", chat.complaint, values)
    return chat, frappe.get_doc("Complaint", chat.complaint)


@pytest.mark.parametrize(
    ("text", "verdict"), [("Yes, I accept it", "agreed"), ("No, it still leaks", "disagreed")]
)
def test_a_clear_word_on_a_solution_is_entered_from_the_chat(text: str, verdict: str) -> None:
    channel = a_channel()
    _chat, doc = told_a_solution(channel)
    chat = says(channel, text)
    doc.reload()
    assert (doc.customer_agreement, doc.agreement_note, chat.complaint) == (verdict, text, doc.name)
    assert ("accept our solution" in said(chat)) == (verdict == "agreed")
    assert "does not help" in said(chat) or verdict == "agreed"
    lines = frappe.get_all("Comment", {"reference_name": doc.name}, pluck="content")
    assert [line for line in lines if "in the chat" in line]
    received = {"reference_name": doc.name, "sent_or_received": "Received", "communication_medium": "Chat"}
    assert text in frappe.get_last_doc("Communication", received).content


def test_a_mere_yes_after_something_else_was_said_is_asked_about() -> None:
    channel = a_channel()
    chat, doc = told_a_solution(channel)
    later = {
        "chat": chat.name,
        "who": "person",
        "text": "May we call you tomorrow?",
        "state": "sent",
        "user": "Administrator",
    }
    turn = frappe.get_doc({"doctype": "Complaint Chat Message", "at": now_datetime(), **later})
    turn.db_insert()
    frappe.db.set_value(turn.doctype, turn.name, "creation", now_datetime() + timedelta(minutes=2), update_modified=False)  # fmt: skip
    says(channel, "Yes")
    assert not doc.reload().customer_agreement


def test_a_doubtful_word_is_asked_about_once_and_then_an_ok_is_a_yes() -> None:
    channel = a_channel()
    _chat, doc = told_a_solution(channel)
    chat = says(channel, "ok thanks")
    assert "answer yes or no" in said(chat)
    assert not doc.reload().customer_agreement
    says(channel, "ok")
    assert doc.reload().customer_agreement == "agreed"
    other = a_channel()
    chat, doc = told_a_solution(other)
    asked = len(turns(chat, "assistant"))
    for text in ("thanks", "Yes but I want my money back", "Where is my parcel?"):
        chat = says(other, text)
    assert not doc.reload().customer_agreement
    assert sum("answer yes or no" in turn.text for turn in turns(chat, "assistant")[asked:]) == 1


def test_how_it_stands_is_told_in_the_senders_own_chat_alone() -> None:
    channel = a_channel()
    chat = registered(channel)
    frappe.db.set_value(
        "Complaint", chat.complaint, {"stage": "investigate", "promised_on": add_days(nowdate(), 5)}
    )
    chat = says(channel, "any news?")
    assert "We are looking for the cause." in said(chat)
    assert chat.complaint in said(chat)
    assert "You will hear from us by" in said(chat)
    stranger = factory.complaint(description="<p>Something private</p>")
    frappe.db.set_value("Complaint", stranger.name, "stage", "execute")
    chat = says(channel, f"what is the status of {stranger.name}?")
    assert "carried out" not in said(chat)
    frappe.db.set_value(
        "Complaint Chat", chat.name, {"complaint": stranger.name, "mode": "done", "phone": None}
    )
    says(channel, "status?")
    assert "carried out" not in said(chat), (
        "a chat that was put on somebody else's complaint tells nothing of it"
    )
