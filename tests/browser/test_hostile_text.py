"""Text and colours that try to act in a reader's browser are drawn as text, even where they were stored unclean."""

from __future__ import annotations

from collections.abc import Iterator

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import WAIT, Desk
from tests.desk.test_complaint import complaint
from tests.desk.test_files_kept import upload

pytestmark = pytest.mark.commits
ROGUE = '<img src="data:," onerror="window.acted=1">'
COLOR = 'red" onmouseover="window.acted=1" x="'


def acted(desk: Desk) -> object:
    desk.page.wait_for_timeout(500)  # a picture that fails to load tells so a moment later
    return desk.page.evaluate("window.acted")


@pytest.fixture
def painted() -> Iterator[None]:
    """Every cell of every matrix has a colour that is none; put back afterwards."""
    cell = frappe.qb.DocType("Risk Matrix Cell")
    before = dict(frappe.qb.from_(cell).select(cell.name, cell.color).orderby(cell.name).run())
    frappe.qb.update(cell).set(cell.color, COLOR).run()
    frappe.db.commit()
    yield
    frappe.db.rollback()
    for name, color in before.items():
        frappe.db.set_value("Risk Matrix Cell", name, "color", color, update_modified=False)
    frappe.db.commit()


def test_the_register_shows_markup_as_text(login, person) -> None:
    doc = complaint()
    doc.db_set("subject", ROGUE)
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.page.goto("/app/query-report/Complaint%20Register")
    expect(desk.page.locator(".dt-cell", has_text=ROGUE).first).to_be_visible(timeout=WAIT)
    assert not acted(desk)
    doc.db_set("subject", "Calm")
    frappe.db.commit()


@pytest.mark.usefixtures("painted")
def test_a_colour_stays_within_its_attribute(login, person) -> None:
    complaint(severity="Serious", occurrence="Occasional")
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.page.goto("/app/query-report/Complaint%20Risk%20Matrix")
    desk.page.locator(".dt-cell a").first.wait_for(timeout=WAIT)
    assert desk.page.locator("[onmouseover]").count() == 0
    assert not acted(desk)


def test_a_percent_sign_in_a_file_name_breaks_no_form(login, person) -> None:
    doc = complaint()
    doc.append("evidence", {"file": upload("Complaint", doc.name).file_url, "kind": "document"})
    doc.save()
    # Uploading takes the sign out of a name; records from before evidence had to be uploaded hold it.
    doc.evidence[0].db_set("file", "/private/files/50% off.txt")
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", doc.name)
    expect(desk.form.locator(".cq-tile-name")).to_have_text("50% off.txt", timeout=WAIT)
