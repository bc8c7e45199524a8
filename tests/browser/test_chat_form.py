"""A person at the form of a chat: each chat keeps its own draft, what is heard disturbs nobody who writes, and one press is one message."""

from __future__ import annotations

from collections.abc import Callable

import frappe
import pytest
from frappe.model.document import Document
from playwright.sync_api import Page, expect

from complaint_qms.constants.chat import CHAT, MESSAGE, PERSON, RECEIVED, SENDER
from complaint_qms.services.chat import conversation
from tests.browser.desk import Desk
from tests.browser.test_chat_phone import a_channel

BOX = ".cq-chat-answer textarea"
HEARD = (
    """chat => frappe.realtime.socket.listeners("complaint_chat_changed").forEach((hear) => hear({chat}))"""
)
CARET = """() => [document.activeElement.dataset.chat || "", document.activeElement.selectionStart]"""


@pytest.fixture
def chats(site: str) -> tuple[Document, Document]:
    channel = a_channel("http://127.0.0.1:9/replies")
    made = []
    for name in ("Ann", "Bea"):
        chat = frappe.get_doc(
            {
                "doctype": CHAT,
                "title": name,
                "channel": channel.name,
                "company": channel.company,
                "sender_id": name,
                "mode": "open",
                "chat_key": frappe.generate_hash(),
            }
        )
        chat.flags.by_server = True
        chat.insert()
        conversation.add_turn(chat, SENDER, f"{name} has a question", RECEIVED)
        made.append(chat)
    frappe.db.commit()
    return made[0], made[1]


def show(page: Page, chat: Document) -> None:
    page.evaluate("name => frappe.set_route('Form', 'Complaint Chat', name)", chat.name)
    expect(page.locator(f"{BOX}[data-chat='{chat.name}']")).to_be_visible()


def test_what_is_written_in_one_chat_stands_in_no_other(
    login: Callable[..., Page], person: Callable[..., str], chats: tuple[Document, Document]
) -> None:
    ann, bea = chats
    page = login(person("Complaint Agent"))
    Desk(page).open(CHAT, ann.name)
    page.locator(BOX).fill("For Ann alone")
    show(page, bea)
    expect(page.locator(BOX)).to_have_value("")
    page.locator(BOX).fill("For Bea alone")
    show(page, ann)
    expect(page.locator(BOX)).to_have_value("For Ann alone")
    show(page, bea)
    expect(page.locator(BOX)).to_have_value("For Bea alone")


def test_a_message_that_comes_in_leaves_caret_and_words_where_they_are(
    login: Callable[..., Page], person: Callable[..., str], chats: tuple[Document, Document]
) -> None:
    ann, _bea = chats
    page = login(person("Complaint Agent"))
    Desk(page).open(CHAT, ann.name)
    page.locator(BOX).fill("We send you a lamp")
    page.locator(BOX).evaluate("(box) => { box.focus(); box.setSelectionRange(7, 7); }")
    conversation.add_turn(frappe.get_doc(CHAT, ann.name), SENDER, "Are you there?", RECEIVED)
    frappe.db.commit()
    page.evaluate(HEARD, ann.name)
    expect(page.locator(".cq-chat-turn.is-sender").last).to_contain_text("Are you there?")
    assert page.evaluate(CARET) == [ann.name, 7]
    page.keyboard.type(" soon")
    expect(page.locator(BOX)).to_have_value("We send soon you a lamp")


def test_pressing_twice_sends_once_and_empties_the_box(
    login: Callable[..., Page], person: Callable[..., str], chats: tuple[Document, Document]
) -> None:
    ann, _bea = chats
    page = login(person("Complaint Agent"))
    Desk(page).open(CHAT, ann.name)
    page.locator(BOX).fill("We send you a lamp")
    page.locator(BOX).evaluate(
        """(box) => [1, 2, 3].forEach(() => $(box).trigger($.Event("keydown", {key: "Enter", ctrlKey: true})))"""
    )
    expect(page.locator(".cq-chat-turn.is-person")).to_have_count(1)
    expect(page.locator(BOX)).to_have_value("")
    frappe.db.rollback()
    assert frappe.get_all(MESSAGE, {"chat": ann.name, "who": PERSON}, pluck="text") == ["We send you a lamp"]


def test_the_chat_beside_a_complaint_hears_what_comes_in_while_somebody_writes(
    login: Callable[..., Page],
    person: Callable[..., str],
    chats: tuple[Document, Document],
    complaint: str,
) -> None:
    ann, _bea = chats
    frappe.db.set_value(CHAT, ann.name, "complaint", complaint)
    frappe.db.set_value("Complaint", complaint, "source_doctype", "Complaint Inbox Item")
    frappe.db.commit()
    page = login(person("Complaint Manager"))
    Desk(page).open("Complaint", complaint)
    page.locator(".inner-group-button[data-label='Answer'] button").click()
    page.get_by_role("link", name="Write in the Chat").click()
    box = page.locator(f".modal.show {BOX}")
    box.fill("We send you a lamp")
    conversation.add_turn(frappe.get_doc(CHAT, ann.name), SENDER, "Are you there?", RECEIVED)
    frappe.db.commit()
    page.evaluate(HEARD, ann.name)
    expect(page.locator(".modal.show .cq-chat-turn").last).to_contain_text("Are you there?")
    expect(box).to_be_focused()
    expect(box).to_have_value("We send you a lamp")
    listening = "frappe.realtime.socket.listeners('complaint_chat_changed').length"
    heard = page.evaluate(listening)
    page.locator(".modal.show .btn-modal-close").click()
    page.wait_for_function(f"{listening} === {heard - 1}")
