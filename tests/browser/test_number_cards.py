"""The numbers of the workspace lead to the records they count."""

from __future__ import annotations

import re

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk

CARD = ".page-container:visible .number-widget-box"


@pytest.mark.parametrize("role", [roles.AGENT, roles.MANAGER, roles.AUDITOR])
def test_each_number_opens_the_list_that_it_counts(role: str, login, person, complaint: str) -> None:
    counted: list[int] = []
    frappe.db.set_value("Complaint", complaint, {"sla_status": "overdue", "severity": "Critical"})
    frappe.db.commit()
    desk = Desk(login(person(role)))
    desk.visit("/app/complaints")
    cards = desk.page.locator(CARD)
    cards.first.wait_for()
    desk.settle()
    for place in range(cards.count()):
        card = cards.nth(place)
        expect(card.locator(".number")).to_have_text(re.compile(r"\d"))
        told = card.locator(".number").inner_text()
        card.locator(".widget-body").click()
        expect(cards).to_have_count(0)
        desk.settle()
        assert desk.page.evaluate("() => frappe.get_route()[0]") == "List", place
        counted.append(int(re.sub(r"\D", "", told)))
        # The list draws what it had before it has asked for what the card stands for.
        desk.page.wait_for_function(
            "count => cur_list.data.length === Math.min(count, cur_list.page_length)", arg=counted[-1]
        )
        desk.page.go_back()
        cards.first.wait_for()
        desk.settle()
    assert counted[:4] == [1, 1, 0, 1], "open, overdue, at risk, severe"
