"""One click to act: rows of My Work Today open the dialog of their very step, or the document; what is typed is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import frappe
import pytest
from frappe.utils import add_days, nowdate
from playwright.sync_api import Locator, expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory, settling


def own(person, *held: str) -> str:
    """Somebody whom nothing else concerns."""
    return person(*held, email=f"{frappe.generate_hash(length=10)}@work.example")


def act(desk: Desk, name: str) -> None:
    """Press the button of a record's row."""
    desk.visit("/app/my-work-today")
    row = desk.page.locator(".cq-task-row", has=desk.page.locator(f'.cq-task[data-key*="{name}"]')).first
    row.locator(".cq-task-act").click()


@pytest.fixture
def refused(server: str, browser) -> Iterator[Callable[[str], Desk]]:
    """Function: the desk of a person who will be refused, which Chromium notes on its console."""
    contexts = []

    def desk(user: str) -> Desk:
        contexts.append(browser.new_context(base_url=server))
        page = contexts[-1].new_page()
        page.request.post("/api/method/login", form={"usr": user, "pwd": factory.PASSWORD})
        return Desk(page)

    yield desk
    for context in contexts:
        context.close()


def test_the_button_opens_the_dialog_and_a_refusal_keeps_what_was_typed(refused, person) -> None:
    manager = own(person, roles.MANAGER)
    doc = factory.in_triage(complaint_owner=manager)
    frappe.db.commit()
    desk = refused(manager)
    act(desk, doc.name)
    expect(desk.dialog.locator(".modal-title")).to_have_text("Investigate")
    desk.put(desk.dialog, is_complaint="yes", triage_rationale="Broken in normal use.")
    desk.confirm()
    expect(desk.dialog.locator(".cq-dialog-refusal")).to_contain_text(
        "Decide whether the event is reportable"
    )
    typed: Locator = desk.dialog.locator('[data-fieldname="triage_rationale"] textarea')
    expect(typed).to_have_value("Broken in normal use.")


def test_a_settlement_is_rejected_from_the_list_with_a_reason_and_revised(login, person) -> None:
    _order, _note, invoice = factory.sold(4)
    complaint = settling.complaint_on(invoice)
    agent, approver = own(person, roles.AGENT), own(person, roles.MANAGER)
    with factory.as_user(agent):
        doc = settling.proposal(complaint, invoice, {"qty": 2}).insert()
    frappe.db.commit()
    desk = Desk(login(approver))
    act(desk, doc.name)
    expect(desk.dialog).to_contain_text("$ 200.00")
    desk.dialog.get_by_role("button", name="Reject Settlement").click()
    expect(desk.dialog, "nothing goes without a reason").to_be_visible()
    desk.put(desk.dialog, rejection_reason="Half was agreed.")
    desk.dialog.get_by_role("button", name="Reject Settlement").click()
    desk.page.wait_for_function("() => cur_frm.doc.status === 'approval_rejected'")
    expect(desk.page.locator(".form-message:visible").first).to_contain_text("Half was agreed.")
    handler = Desk(login(agent))
    act(handler, doc.name)
    handler.wait_for_form("Complaint Settlement", doc.name)
    expect(handler.page.locator(".form-message:visible").first).to_contain_text("Half was agreed.")
    handler.page.locator(".page-container:visible").get_by_role("button", name="Propose Again").first.click()
    handler.confirm()
    handler.page.wait_for_function("() => cur_frm.doc.status === 'proposed'")


def test_accounts_find_the_draft_with_its_story_and_open_it(login, person) -> None:
    doc = settling.submitted(factory.sold(4)[2], {"qty": 2})
    draft = doc.documents[0].document_name
    frappe.db.commit()
    desk = Desk(login(own(person, roles.ACCOUNTS_USER)))
    desk.visit("/app/my-work-today")
    row = desk.page.locator(".cq-task-row", has=desk.page.locator(f'.cq-task[data-key*="{draft}"]'))
    for words in (doc.complaint, "$ 200.00", "agreed by"):
        expect(row).to_contain_text(words)
    row.locator(".cq-task-act").click()
    desk.wait_for_form("Sales Invoice", draft)


def test_a_cause_says_verified_only_once_it_is(login, refused, person) -> None:
    analyst, judge = (
        own(person, roles.INVESTIGATOR, roles.QUALITY_MANAGER),
        own(person, roles.QUALITY_MANAGER),
    )
    study = factory.investigation()
    with factory.as_user(analyst):
        cause = factory.make("Root Cause", investigation=study.name, title="Mould too cold", category="machine", method="other",
                             description="The heater broke.")  # fmt: skip
    frappe.db.commit()
    own_desk = Desk(login(analyst))
    own_desk.open("Root Cause", cause.name)
    expect(own_desk.page.locator(".form-message:visible").first).to_contain_text("somebody else")
    expect(own_desk.page.get_by_role("button", name="Verify", exact=True)).to_have_count(0)
    desk = refused(judge)
    act(desk, cause.name)
    desk.dialog.wait_for()
    desk.confirm()
    expect(desk.dialog.locator(".cq-dialog-refusal")).to_contain_text("how the cause was verified")
    assert desk.value("status") == "draft"
    desk.put(desk.dialog, verification_method="Switched on and off.")
    desk.confirm()
    desk.page.wait_for_function("() => cur_frm.doc.status === 'verified' && !cur_frm.is_dirty()")
    desk.page.wait_for_function("() => cur_frm.fields_dict.title.disp_status === 'Read'")


def test_a_window_without_enough_data_is_extended_from_the_list(login, person) -> None:
    judge = own(person, roles.QUALITY_MANAGER)
    doc = factory.capa_in_effect(window_days=30, metric="complaint_count", max_count=9)
    doc.db_set({"window_start": add_days(nowdate(), -40), "window_end": add_days(nowdate(), -10)})
    frappe.db.commit()
    desk = Desk(login(judge))
    act(desk, doc.name)
    desk.page.wait_for_function("() => cur_frm && cur_frm.doc.verdict === 'insufficient_data'")
    act(desk, doc.name)
    expect(desk.dialog.locator(".modal-title")).to_have_text("Extend the Window")
    desk.put(desk.dialog, days="20", reason="Nothing was delivered yet.")
    desk.confirm()
    desk.page.wait_for_function("() => (cur_frm.doc.window_extensions || []).length === 1")
