"""Text and colours that try to act in a reader's browser are drawn as text, even where they were stored unclean."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

ROGUE = '<img src="data:," onerror="window.acted=1">'
COLOR = 'red" onmouseover="window.acted=1" x="'


def acted(desk: Desk) -> object:
    desk.page.wait_for_timeout(500)  # a picture that fails to load tells so a moment later
    return desk.page.evaluate("window.acted")


@pytest.fixture
def painted() -> None:
    """Every cell of every matrix has a colour that is none."""
    cell = frappe.qb.DocType("Risk Matrix Cell")
    frappe.qb.update(cell).set(cell.color, COLOR).run()
    frappe.clear_document_cache("Risk Matrix")
    frappe.db.commit()


def test_the_register_shows_markup_as_text(login, person) -> None:
    doc = factory.complaint()
    doc.db_set("subject", ROGUE)
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.visit("/app/query-report/Complaint%20Register")
    expect(desk.page.locator(".dt-cell", has_text=ROGUE).first).to_be_visible()
    assert not acted(desk)


@pytest.mark.usefixtures("painted")
def test_a_colour_stays_within_its_attribute(login, person) -> None:
    factory.complaint(severity="Serious", occurrence="Occasional")
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.visit("/app/query-report/Complaint%20Risk%20Matrix")
    desk.page.locator(".dt-cell a").first.wait_for()
    assert desk.page.locator("[onmouseover]").count() == 0
    assert not acted(desk)


def test_a_percent_sign_in_a_file_name_breaks_no_form(login, person) -> None:
    doc = factory.complaint()
    doc.append("evidence", {"file": factory.upload("Complaint", doc.name).file_url, "kind": "document"})
    doc.save()
    # Uploading takes the sign out of a name; records from before evidence had to be uploaded hold it.
    doc.evidence[0].db_set("file", "/private/files/50% off.txt")
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    desk.open("Complaint", doc.name)
    expect(desk.form.locator(".cq-tile-name")).to_have_text("50% off.txt")
