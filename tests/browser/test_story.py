"""The story in the timeline: told when it comes into sight, told anew after a change, with every change one click behind it."""

from __future__ import annotations

from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk

ASKED = "/api/method/complaint_qms.api.story."


def test_it_is_told_in_sight_and_every_change_is_one_click_behind(login, person, complaint: str) -> None:
    page = login(person(roles.AGENT), once=True)
    asked: list[str] = []
    page.on("request", lambda request: ASKED in request.url and asked.append(request.url.split(ASKED)[1]))
    desk = Desk(page)
    desk.open("Complaint", complaint)
    assert asked == []
    timeline = page.locator(".new-timeline:visible")
    timeline.scroll_into_view_if_needed()
    expect(timeline.locator(".cq-sentence").first).to_contain_text("registered it")
    desk.put(desk.form, customer_reference="PO 4711")
    desk.save()
    timeline.scroll_into_view_if_needed()
    expect(timeline.locator(".cq-sentence")).to_have_count(1)
    timeline.get_by_role("button", name="Show Every Change").click()
    expect(timeline).to_contain_text("PO 4711")
    timeline.get_by_role("button", name="Show What Happened").click()
    expect(timeline.get_by_text("PO 4711")).to_be_hidden()
    assert asked == ["sentences", "sentences", "changes"]
