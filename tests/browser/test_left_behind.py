"""Nothing stays behind: a refused step gives its button back, a closed video is silent, an upload finds its complaint,
a page that is left asks no more, and a settlement shows on forms that are open."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import Page, expect

from complaint_qms.api import complaint as api
from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory, settling


@pytest.fixture
def quiet(server: str, browser, person) -> Desk:
    """A manager's desk on which an answer with an error status, which Chromium notes on its console, fails no test."""
    page = browser.new_context(base_url=server, viewport={"width": 1440, "height": 900}).new_page()
    page.request.post("/api/method/login", form={"usr": person(roles.MANAGER), "pwd": factory.PASSWORD})
    yield Desk(page)
    page.context.close()


def test_a_refused_step_gives_its_button_back(quiet: Desk, complaint: str) -> None:
    quiet.open("Complaint", complaint)
    expect(quiet.primary).to_have_text("Start Triage")
    api.take_step(complaint, "Start Triage")  # somebody else was faster
    frappe.db.commit()
    quiet.primary.click()
    expect(quiet.dialog).to_be_visible()
    quiet.page.keyboard.press("Escape")
    expect(quiet.primary).to_be_enabled()


def test_a_closed_video_is_taken_away(login, person, complaint: str) -> None:
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", complaint)
    desk.page.route(
        "**/files/none.mp4*", lambda route: route.fulfill(status=200, body=b"", content_type="video/mp4")
    )
    desk.page.evaluate(
        """() => { cur_frm.doc.evidence = [{file: "/files/none.mp4", kind: "video", caption: "Film"}];
            complaint_qms.desk.draw_gallery(cur_frm); }"""
    )
    desk.tab("Case")
    desk.form.locator(".cq-tile").click()
    expect(desk.dialog.locator(".cq-large video")).to_be_attached()
    desk.dialog.locator(".btn-modal-close:visible").click()
    expect(desk.page.locator(".cq-large video")).to_have_count(0)


def test_an_upload_that_ends_late_changes_no_other_complaint(login, person, complaint: str) -> None:
    other = factory.complaint()
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", complaint)
    desk.page.evaluate(
        """() => { frappe.ui.FileUploader = function (options) { window.uploaded = options.on_success; } }"""
    )
    desk.tab("Case")
    desk.form.locator("[data-add]").click()
    desk.page.evaluate("name => frappe.set_route('Form', 'Complaint', name)", other.name)
    desk.wait_for_form("Complaint", other.name)
    desk.page.evaluate("uploaded({file_url: '/files/late.png', file_name: 'late.png'})")
    expect(desk.page.locator(".desk-alert").last).to_contain_text(f"late.png is attached to {complaint}")
    assert desk.value("evidence") == []
    assert not desk.page.evaluate("cur_frm.is_dirty()")


def test_my_work_asks_no_more_when_it_is_left(login, person) -> None:
    page = login(person(roles.MANAGER), once=True)
    page.clock.install()
    visit(page, "/app/my-work-today")
    page.wait_for_function("() => document.querySelector('.cq-work > *')")
    asked: list[str] = []
    page.on("request", lambda request: "work.mine" in request.url and asked.append(request.url))

    def minutes_pass() -> int:
        asked.clear()
        page.clock.run_for(150_000)
        page.wait_for_timeout(500)
        return len(asked)

    assert minutes_pass() == 2
    page.evaluate("frappe.set_route('List', 'Complaint', 'List')")
    page.wait_for_function("() => cur_list && cur_list.doctype === 'Complaint'")
    assert minutes_pass() == 0
    page.evaluate("frappe.set_route('my-work-today')")
    page.wait_for_function("() => $('.cq-work').is(':visible')")
    assert minutes_pass() == 2


def tell(page: Page, complaint: str) -> None:
    """What the socket server would pass on; none runs in the tests."""
    page.evaluate(
        """complaint => frappe.realtime.socket.listeners("complaint_settlement").forEach((hear) => hear({complaint}))""",
        complaint,
    )


def test_a_settlement_shows_on_a_form_that_is_open(login, person) -> None:
    _, _, invoice = factory.sold(10)
    complaint = settling.complaint_on(invoice)
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", complaint.name)
    for _ in range(2):
        desk.page.evaluate("cur_frm.reload_doc()")
        desk.settle()
    listening = "frappe.realtime.socket.listeners('complaint_settlement').length"
    assert desk.page.evaluate(listening) == 1
    assert not desk.value("settlement_status")
    settling.proposal(complaint, invoice, {"qty": 1}).insert()
    frappe.db.commit()
    tell(desk.page, complaint.name)
    desk.page.wait_for_function("() => cur_frm.doc.settlement_status === 'proposed'")

    # What is being edited stays; what is out of sight is fetched when it is opened again.
    desk.page.evaluate("cur_frm.set_value('subject', 'Being written')")
    tell(desk.page, complaint.name)
    desk.page.wait_for_timeout(1500)
    assert desk.value("subject") == "Being written"
    desk.page.evaluate("cur_frm.reload_doc()")
    desk.settle()
    desk.page.evaluate("frappe.set_route('List', 'Complaint', 'List')")
    desk.page.wait_for_function("() => cur_list && cur_list.page && $(cur_list.page.wrapper).is(':visible')")
    tell(desk.page, complaint.name)
    assert desk.page.evaluate("name => frappe.get_doc('Complaint', name)", complaint.name) is None
    assert desk.page.evaluate(listening) == 1
