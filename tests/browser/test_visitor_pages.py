"""The public pages as a visitor uses them: on a phone and on a desk, in English and Chinese, with photos and a lost connection."""

from __future__ import annotations

import re
from collections.abc import Iterator

import frappe
import pytest
from frappe.utils import now_datetime
from playwright.sync_api import Browser, Page, expect

from complaint_qms.constants.visitor import LINK
from tests.browser.pages import USUAL
from tests.desk.test_visitor_uploads import photo

PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
TEXT = "The lid cracked. It leaks since Monday."
CUT = """() => [...document.querySelectorAll("#cv-page *")].filter((part) => {
    const box = part.getBoundingClientRect();
    const hidden = part.closest(".cv-trap") || !part.offsetParent || !box.width || part.type === "file";
    return !hidden && (box.right > innerWidth + 1 || box.left < -1);
}).map((part) => part.outerHTML.slice(0, 90))"""
SMALL = """() => [...document.querySelectorAll("#cv-page button, #cv-page .cv-button, #cv-page .cv-chip, #cv-page input:not([type=file]):not([type=checkbox]), #cv-page textarea")]
    .filter((part) => part.offsetParent && !part.closest(".cv-trap") && part.getBoundingClientRect().height < 44).map((part) => part.outerHTML.slice(0, 90))"""


@pytest.fixture(autouse=True)
def open_page(site: str) -> Iterator[None]:
    frappe.cache.delete_keys("rl:")
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update({"page_enabled": 1, "page_proof_of_work": 1})
    settings.save()
    frappe.db.commit()
    yield
    frappe.cache.delete_keys("rl:")


@pytest.fixture
def visitor(server: str, browser: Browser) -> Iterator[callable]:
    """Function: a page of somebody without a login; an error on its console fails the test."""
    errors: list[str] = []
    contexts = []

    def visit(**context: object) -> Page:
        contexts.append(browser.new_context(**{**USUAL, "base_url": server} | context))
        page = contexts[-1].new_page()
        page.on("console", lambda message: message.type == "error" and errors.append(message.text))
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield visit
    for context in contexts:
        context.close()
    assert not [
        error
        for error in errors
        if not re.search(r"socket\.io|favicon|ERR_INTERNET_DISCONNECTED|404|417", error)
    ]


# Texts that are hard to read, and links that say of themselves neither by a line nor by a frame that they are links (WCAG 2.2, 1.4.1, 1.4.3).
FAINT = """() => {
    const light = (value) => ((value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
    const brightness = (color) => { const [r, g, b] = color.match(/[\\d.]+/g).map(Number); return 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b); };
    const ground = (part) => { for (; part; part = part.parentElement) { const color = getComputedStyle(part).backgroundColor; if (!/^rgba\\(.*, 0\\)$/.test(color)) return color; } return "rgb(255, 255, 255)"; };
    const shown = [...document.querySelectorAll("#cv-page *")].filter((part) => part.offsetParent && !part.closest(".cv-trap, .cv-stars"));
    const faint = shown.filter((part) => {
        if (![...part.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) return false;
        const [one, two] = [brightness(getComputedStyle(part).color), brightness(ground(part))];
        return (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05) < 4.5;
    });
    const bare = shown.filter((part) => {
        const { textDecorationLine, borderBottomWidth, borderBottomColor } = getComputedStyle(part);
        const framed = parseFloat(borderBottomWidth) > 0 && !/, 0\\)$/.test(borderBottomColor);
        return part.tagName === "A" && !part.matches(".cv-button") && textDecorationLine !== "underline" && !framed;
    });
    return [...faint, ...bare].map((part) => part.outerHTML.slice(0, 90));
}"""


def is_whole(page: Page) -> None:
    assert page.evaluate(CUT) == []
    assert page.evaluate(SMALL) == []
    assert page.evaluate(FAINT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth + 1")


def fill_in(page: Page) -> None:
    page.fill("#cv-description", TEXT)
    page.fill("#cv-name", "Ann Lee")
    page.fill("#cv-phone", "+49 30 901820")
    page.locator(".cv-chip").first.click()


def add_photos(page: Page, *names: str) -> None:
    page.locator("input[type=file][multiple]").set_input_files(
        [{"name": name, "mimeType": "image/jpeg", "buffer": photo((300, 200))} for name in names]
    )


def test_a_complaint_is_sent_from_a_phone_and_followed(visitor):
    page = visitor(**PHONE)
    page.goto("/complaint?_lang=zh")
    is_whole(page)
    page.locator("[type=submit]").click()
    expect(page.locator("#cv-form .cv-alert")).to_contain_text("邮箱或电话")
    fill_in(page)
    add_photos(page, "a.jpg", "b.jpg")
    expect(page.locator(".cv-files li")).to_have_count(2)
    page.locator(".cv-files .cv-link:visible").last.click()
    is_whole(page)
    expect(page.locator(".cv-files .cv-small")).to_have_text("已上传")
    page.reload()
    expect(page.locator("#cv-description")).to_have_value(TEXT)
    # What had arrived is still there, without being chosen again.
    expect(page.locator(".cv-files .cv-file-name")).to_have_text(["a.jpg"])
    expect(page.locator(".cv-files .cv-small")).to_have_text("已上传")
    page.locator("[type=submit]").click()
    done = page.locator("#cv-done")
    expect(done).to_contain_text("CMP-")
    is_whole(page)
    frappe.db.rollback()
    doc = frappe.get_last_doc("Complaint")
    told = (doc.complainant_name, doc.contact_phone, doc.language, len(doc.evidence))
    assert told == ("Ann Lee", "+49 30 901820", "zh", 1)
    page.goto("/complaint/" + done.locator("input").input_value().partition("/complaint/")[2])
    expect(page.locator(".cv-sentence")).to_have_text("我们已收到您的投诉。")
    expect(page.locator(".cv-way .is-now")).to_have_count(1)
    page.fill("#cv-text", "It is <b>red</b>")
    page.locator("section > .cv-button").click()
    expect(page.locator(".cv-messages .is-mine")).to_contain_text("It is <b>red</b>")
    is_whole(page)
    frappe.db.rollback()
    assert frappe.db.get_value(LINK, {"complaint": doc.name}, "last_opened_at")


def test_a_solution_is_refused_with_a_word_and_a_bad_link_says_so(visitor):
    from complaint_qms.services.visitor import links
    from tests.desk import factory

    doc = factory.at_stage("confirm")
    link = links.make_link(complaint=doc.name)
    told = {"reply": "<p>We send a new lid.</p>", "reply_sent_at": now_datetime(), "customer_agreement": None}
    frappe.db.set_value("Complaint", doc.name, told)
    frappe.db.commit()
    page = visitor(**PHONE)
    page.goto("/complaint/track?_lang=en#" + link.partition("#")[2])
    page.locator(".cv-card .is-quiet:visible").click()
    expect(page.locator(".cv-card .cv-button:visible").first).to_have_text("Send My Answer")
    page.fill("#cv-why", "The colour is wrong")
    is_whole(page)
    page.locator(".cv-card .cv-button:visible").first.click()
    expect(page.locator(".cv-card")).to_contain_text("does not help you")
    frappe.db.rollback()
    assert frappe.db.get_value("Complaint", doc.name, "customer_agreement") == "disagreed"
    page.goto("/complaint/track?_lang=en#wrong")
    expect(page.locator(".cv-alert")).to_contain_text("not valid")


def test_a_lost_connection_costs_nothing(visitor):
    page = visitor()
    page.goto("/complaint?_lang=en")
    is_whole(page)
    fill_in(page)
    page.context.set_offline(True)
    add_photos(page, "a.jpg")
    expect(page.locator(".cv-files .cv-small")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator(".cv-files .cv-small")).to_contain_text("Arrived")
    page.locator("[type=submit]").click()
    expect(page.locator("#cv-done")).to_contain_text("CMP-")
    is_whole(page)
