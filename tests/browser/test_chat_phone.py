"""A customer's phone and the site: what is typed on it becomes a complaint, and what the assistant and a person say comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator

import frappe
import pytest
from frappe.model.document import Document
from playwright.sync_api import Browser, Page, expect

from complaint_qms.constants.chat import CHANNEL, CHAT, SIGNED
from tests.browser.chat_phone.phone import Phone
from tests.browser.desk import Desk
from tests.browser.pages import USUAL
from tests.conftest import PICTURES
from tests.desk import factory
from tests.desk.test_visitor_uploads import photo

SECRET = "a-secret-of-both-sides"
WINDOW = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}  # fmt: skip
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth + 1"
SMALL = """() => [...document.querySelectorAll("button, select, input:not([type=file]), textarea")]
    .filter((part) => part.offsetParent && part.getBoundingClientRect().height < 44).map((part) => part.outerHTML)"""


@pytest.fixture
def phone(server: str) -> Iterator[Phone]:
    """A phone that is connected to a channel of the site."""
    with Phone("", SECRET) as connected:
        channel = a_channel(f"{connected.url}/replies")
        connected.webhook = f"{server}/complaint-chat/{channel.webhook_key}"
        yield connected


def a_channel(replies: str) -> Document:
    frappe.cache.delete_keys("rl:")
    channel = frappe.get_doc(
        {
            "doctype": CHANNEL,
            "title": f"Phone {frappe.generate_hash(length=6)}",
            "provider": SIGNED,
            "company": factory.company(),
            "app_secret": SECRET,
            "service_address": replies,
        }
    ).insert()
    frappe.db.commit()
    return channel


@pytest.fixture
def open_phone(browser: Browser, phone: Phone) -> Iterator[callable]:
    """Function: the page of the phone in a language; an error on its console fails the test."""
    errors: list[str] = []
    contexts = []

    def opened(locale: str) -> Page:
        contexts.append(browser.new_context(**{**USUAL, **WINDOW, "locale": locale}))
        page = contexts[-1].new_page()
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(phone.url)
        page.fill("#name", "Ann Lee")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def say(page: Page, text: str, files: tuple[str, ...] = ()) -> str:
    """Send a message, or press the button of these words; what comes back."""
    heard = page.locator("#talk .them").count()
    offered = page.locator("#choices button", has_text=text) if text else None
    if offered and offered.count():
        offered.first.tap()
    else:
        if files:
            page.set_input_files("#files", [{"name": name, "mimeType": "image/jpeg", "buffer": photo()} for name in files])  # fmt: skip
        page.fill("#text", text)
        page.tap("#say button")
    expect(page.locator("#talk .them")).to_have_count(heard + 1)
    return page.locator("#talk .them").last.inner_text()


def picture(page: Page, name: str) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"chat_phone_{name}.png")


def chat_of(page: Page) -> Document:
    frappe.db.rollback()
    sender = page.evaluate("localStorage.getItem('sender')")
    return frappe.get_last_doc(CHAT, {"sender_id": sender})


def test_from_hello_to_a_complaint_with_a_photo(worker: None, open_phone: callable) -> None:
    page = open_phone("en-GB")
    assert "Hello. You can ask a question or report a problem." in say(page, "hello")
    expect(page.locator("#choices button")).to_have_text(["Report a problem", "I have a question", "Talk to a person"])  # fmt: skip
    picture(page, "greeting")
    assert "number of your order" in say(page, "My electric kettle leaks since Monday.")
    assert "photo" in say(page, "SAL-ORD-2026-00012")
    summary = say(page, "", ("leak.jpg",))
    for line in ("Product: electric kettle", "SAL-ORD-2026-00012", "leaks since Monday", "Photos: 1"):
        assert line in summary
    assert not page.evaluate(TOO_WIDE)
    assert page.evaluate(SMALL) == []
    picture(page, "summary")
    ended = say(page, "Yes")
    chat = chat_of(page)
    assert chat.complaint
    assert chat.complaint in ended
    picture(page, "registered")
    complaint = frappe.get_doc("Complaint", chat.complaint)
    assert "electric kettle leaks since Monday" in complaint.description
    assert complaint.complainant_name == "Ann Lee"
    assert complaint.product_model == "electric kettle"
    files = frappe.get_all(
        "File", {"attached_to_doctype": "Complaint", "attached_to_name": complaint.name}, ["file_name", "is_private"]
    )  # fmt: skip
    assert any("leak" in file.file_name and file.is_private for file in files)


def test_in_chinese_to_a_person_who_answers(worker: None, open_phone: callable, login: callable, person: callable) -> None:  # fmt: skip
    page = open_phone("zh-CN")
    assert "正在为您服务的是自动助手" in say(page, "你好")
    assert "订单号" in say(page, "我买的电水壶漏水了")
    assert "我已通知同事" in say(page, "转人工")
    picture(page, "handed_over")
    chat = chat_of(page)
    assert (chat.mode, chat.complaint) == ("with_person", None)
    agent = login(person("Complaint Agent"))
    Desk(agent).open(CHAT, chat.name)
    expect(agent.locator(".cq-chat-turn.is-sender").last).to_contain_text("转人工")
    agent.locator(".cq-chat-answer textarea").fill("您好，我是王芳，马上为您处理。")
    agent.locator(".cq-chat-answer [data-send]").click()
    expect(page.locator("#talk .them").last).to_contain_text("我是王芳")
    picture(page, "answered")
    expect(agent.locator(".cq-chat-turn.is-person")).to_contain_text("我是王芳")
    picture(agent, "desk")
    # While a person has it, the assistant is silent.
    heard = page.locator("#talk .them").count()
    page.fill("#text", "好的，谢谢")
    page.tap("#say button")
    expect(page.locator("#talk .me").last).to_contain_text("好的，谢谢")
    page.wait_for_timeout(2_000)
    assert page.locator("#talk .them").count() == heard


def test_a_question_is_answered_by_a_published_article(worker: None, open_phone: callable) -> None:
    category = frappe.get_doc(
        {"doctype": "Help Category", "category_name": "Kettles", "published": 1}
    ).insert()
    frappe.get_doc(
        {
            "doctype": "Help Article",
            "title": "How to descale your kettle",
            "category": category.name,
            "content": "<div class='ql-editor'><p>Boil vinegar and water in <b>equal parts</b>.</p></div>",
            "published": 1,
        }
    ).insert()
    frappe.db.commit()
    page = open_phone("en-GB")
    said = say(page, "How do I get rid of limescale in my kettle?")
    assert "Boil vinegar and water in equal parts." in said
    expect(page.locator("#talk .them a")).to_have_attribute("href", re.compile("descale-your-kettle"))
    picture(page, "answer")
    assert "Write again at any time" in say(page, "Yes")
    assert chat_of(page).complaint is None


def test_danger_is_registered_and_told_at_once(worker: None, open_phone: callable) -> None:
    page = open_phone("en-GB")
    said = say(page, "The kettle burned my son, it was on fire!")
    assert "Your safety comes first" in said
    chat = chat_of(page)
    assert (chat.mode, chat.complaint in said) == ("with_person", True)
    assert "burned my son" in frappe.db.get_value("Complaint", chat.complaint, "description")
    picture(page, "danger")


def test_what_is_not_signed_by_the_secret_is_refused(open_phone: callable, phone: Phone) -> None:
    phone.secret = "another-secret"
    page = open_phone("en-GB")
    page.fill("#text", "hello")
    page.tap("#say button")
    expect(page.locator("#talk .me small.failed")).to_contain_text("403")
    assert phone.take_reply(b'{"to": "x", "text": "y"}', "1", "sha256=0") == ""
