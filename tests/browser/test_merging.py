"""What was told twice is seen and merged, from the list and from the form, and separated again."""

from __future__ import annotations

import re

import frappe
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk, visit
from tests.desk import factory

TEXT = "The spout of the kettle came off while I was pouring, hot water ran over the table and my new laptop."
WHY = "One parcel, told by two people"


def test_several_are_merged_from_the_list_and_separated_on_the_original(login, person) -> None:
    customer = factory.customer().name
    docs = [
        factory.complaint(customer=customer, subject=f"Spout {n}", description=f"<p>{TEXT}</p>")
        for n in range(3)
    ]
    frappe.db.commit()
    desk = Desk(login(person(roles.MANAGER)))
    page = desk.page
    visit(page, f"/app/complaint?customer={customer}")
    expect(page.locator(".list-row-checkbox:visible")).to_have_count(3)
    for box in page.locator(".list-row-checkbox:visible").all():
        box.check()
    page.locator(".page-container:visible .actions-btn-group > button").click()
    page.locator(".page-container:visible .actions-btn-group li", has_text="Merge Several").locator(
        "a"
    ).click()
    dialog = page.locator(".modal.show")
    expect(dialog.locator(".cq-merge-row")).to_have_count(2)
    expect(dialog.locator('[data-fieldname="original"] input')).to_have_value(docs[0].name)
    dialog.locator('[data-fieldname="reason"] textarea').fill(WHY)
    dialog.locator(".modal-footer .btn-primary").click()
    expect(dialog).to_have_count(0)
    desk.open("Complaint", docs[0].name)
    merged = page.locator(".page-container:visible .cq-merged")
    expect(merged.locator("> ul > li")).to_have_count(2)
    expect(page.locator(".page-container:visible .cq-alike")).to_have_count(0)
    merged.get_by_role("button", name="Separate All").click()
    page.locator(".modal.show textarea").fill("Two parcels after all")
    page.locator(".modal.show .modal-footer .btn-primary").click()
    twice = page.locator(".page-container:visible .cq-alike.is-orange")
    expect(twice.locator("li")).to_have_count(2)
    expect(merged).to_have_count(0)
    # once more, from what stands beside the form, without one of them
    twice.get_by_role("button", name=re.compile("Merge")).click()
    dialog = page.locator(".modal.show")
    dialog.locator(".cq-merge-row", has_text=docs[2].name).locator("input").uncheck()
    dialog.locator('[data-fieldname="reason"] textarea').fill(WHY)
    dialog.locator(".modal-footer .btn-primary").click()
    expect(merged.locator("> ul > li")).to_have_count(1)
    frappe.db.rollback()
    assert [frappe.db.get_value("Complaint", doc.name, "stage") for doc in docs] == [
        "intake",
        "duplicate",
        "triage",
    ]
    # One alone is merged from its own form with a reason too; its head says into which one, and who takes it out again.
    desk.open("Complaint", docs[2].name)
    desk.create("Merge into Another", "More Steps")
    desk.put(desk.dialog, duplicate_of=docs[0].name, reason=WHY)
    desk.confirm()
    page.wait_for_function("() => cur_frm.doc.stage === 'duplicate'")
    head = page.locator(".page-container:visible .cq-headline").first
    expect(head.get_by_role("link", name=docs[0].name)).to_be_visible()
    expect(page.locator(".page-container:visible .cq-wanted")).to_contain_text("Separate Again")
    expect(page.locator(".page-container:visible .cq-turn")).not_to_contain_text("First response")
    frappe.db.rollback()
    notes = frappe.get_all("Comment", {"reference_name": docs[2].name}, pluck="content")
    assert any("Merged into" in note and WHY in note for note in notes)


def test_who_enters_what_was_told_before_is_told_so(login, person) -> None:
    first = factory.complaint(subject="Spout", description=f"<p>{TEXT}</p>")
    frappe.db.commit()
    desk = Desk(login(person(roles.AGENT)))
    desk.visit("/app/complaint/new")
    desk.wait_for_form("Complaint")
    short = desk.page.locator(".page-container:visible .cq-intake")
    short.locator("textarea").first.fill(TEXT)
    expect(short.locator(".cq-told-twice")).to_contain_text(first.name)
