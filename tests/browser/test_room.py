"""Nothing of the app's screens is cut: beside Frappe 16's two panels, on a small notebook, on a phone."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.board import BOARD
from tests.browser.desk import Desk

WIDTHS = (1440, 1280, 1024, 390)
# On a phone the tabs of a form are swiped, which is the framework's own way.
SWIPED = 480
CUT = """(parts) => [...document.querySelectorAll(parts)].filter((part) => {
    const box = part.getBoundingClientRect();
    if (!part.offsetParent || !box.width) return false;
    let right = innerWidth;
    for (let around = part.parentElement; around; around = around.parentElement) {
        const shown = getComputedStyle(around).overflowX;
        if (shown !== "visible") right = Math.min(right, around.getBoundingClientRect().right);
    }
    return box.right > right + 1 || box.left < -1;
}).map((part) => part.innerText || part.className)"""
BUTTONS = ".page-head .btn"
TABS = ".form-tabs .nav-link"
GRID = ".dt-header .dt-cell"


@pytest.fixture
def desk(login, person, complaint: str) -> Desk:
    return Desk(login(person(roles.MANAGER)))


def cut(desk: Desk, *parts: str) -> list[str]:
    """Words of what stands outside of the window or of the box around it; and whether the page scrolls sideways."""
    wide = desk.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return desk.page.evaluate(CUT, ", ".join(parts)) + ([f"page: {wide} px"] if wide > 1 else [])


def test_a_complaint(desk: Desk, complaint: str) -> None:
    desk.open("Complaint", complaint)
    desk.form.locator(".cq-steps").wait_for()
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.settle()
        assert not cut(desk, BUTTONS, *([TABS] if width > SWIPED else [])), width


def test_what_stands_beside_a_complaint_moves_below_where_there_is_no_room(
    desk: Desk, complaint: str
) -> None:
    desk.open("Complaint", complaint)
    beside = desk.page.locator(".cq-context:visible").first
    beside.wait_for()
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.settle()
        room = desk.page.locator(".cq-form:visible").first.bounding_box()
        panel = beside.bounding_box()
        is_beside = panel["x"] > room["x"] + 100
        assert is_beside == (room["width"] >= 880), (width, room)


def test_the_board(desk: Desk) -> None:
    desk.visit(f"/app/complaint/view/kanban/{BOARD}")
    desk.page.locator(".kanban-column").first.wait_for()
    for width in WIDTHS:
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.settle()
        assert not cut(desk, BUTTONS), width


def test_the_risk_matrix(desk: Desk, complaint: str) -> None:
    frappe.db.set_value("Complaint", complaint, {"severity": "Serious", "occurrence": "Remote"})
    frappe.db.commit()
    for width in (1440, 1280, 1024):
        desk.page.set_viewport_size({"width": width, "height": 900})
        desk.visit("/app/query-report/Complaint%20Risk%20Matrix")
        desk.page.locator(".dt-cell").first.wait_for()
        desk.settle()
        assert not cut(desk, GRID), width
