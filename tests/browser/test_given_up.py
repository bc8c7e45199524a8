"""“Send Again” and “Tell Again”: on the form and in the list of what was given up, for an administrator."""

from __future__ import annotations

import frappe
import pytest
from playwright.sync_api import expect

from complaint_qms.constants import roles
from tests.browser.desk import Desk
from tests.desk import factory

BUTTONS = {"QMS Message": "Send Again", "QMS Event": "Tell Again"}
WAITS = {"QMS Message": "queued", "QMS Event": "waiting"}
OTHERS = {"QMS Message": {"state": "given_up", "channel": "desk"}, "QMS Event": {"state": "waiting"}}


def made(doctype: str, **values: object) -> str:
    """Name of a message or event that was given up."""
    doc = factory.complaint()
    given = {
        "QMS Message": {
            "to_user": "Administrator",
            "channel": "email",
            "kind": "overdue",
            "reference_doctype": "Complaint",
            "reference_name": doc.name,
        },
        "QMS Event": {
            "event": "moved",
            "document_type": "Complaint",
            "document_name": doc.name,
            "happened_at": frappe.utils.now_datetime(),
            "listener": "json.loads",
        },
    }[doctype]
    row = factory.make(doctype, **given | {"state": "given_up", "attempts": 6, "error": "Gone"} | values)
    frappe.db.commit()
    return row.name


def state(doctype: str, name: str) -> str:
    frappe.db.rollback()
    return frappe.db.get_value(doctype, name, "state")


def alert(desk: Desk, text: str) -> None:
    expect(desk.page.locator(".desk-alert", has_text=text).last).to_be_visible()


def chosen(desk: Desk, doctype: str, *names: str) -> None:
    """Tick rows of the list and press the entry of its menu."""
    desk.visit(f"/app/{doctype.lower().replace(' ', '-')}")
    for name in names:
        desk.page.locator(f".list-row-checkbox[data-name='{name}']:visible").check()
    head = desk.page.locator(".page-container:visible .actions-btn-group")
    head.locator("button").click()
    head.locator(".dropdown-item", has_text=BUTTONS[doctype]).click()


@pytest.mark.parametrize("doctype", BUTTONS)
def test_one_is_tried_again_from_its_form_and_the_button_goes(login, person, doctype: str) -> None:
    name = made(doctype)
    desk = Desk(login(person("System Manager")))
    desk.open(doctype, name)
    button = desk.page.locator(".page-container:visible .page-actions button", has_text=BUTTONS[doctype])
    button.click()
    alert(desk, "1 is tried once more.")
    expect(button).to_have_count(0)
    assert state(doctype, name) == WAITS[doctype]
    desk.open(doctype, made(doctype, **OTHERS[doctype]))
    expect(button).to_have_count(0)


@pytest.mark.parametrize("doctype", BUTTONS)
def test_several_are_tried_again_from_the_list_and_others_passed_over(login, person, doctype: str) -> None:
    names = [made(doctype), made(doctype)]
    kept, other = made(doctype), made(doctype, **OTHERS[doctype])
    desk = Desk(login(person("System Manager")))
    chosen(desk, doctype, *names, other)
    alert(desk, "2 are tried once more.")
    assert [state(doctype, name) for name in names] == [WAITS[doctype]] * 2
    assert (state(doctype, kept), state(doctype, other)) == ("given_up", OTHERS[doctype]["state"])
    chosen(desk, doctype, other)
    alert(desk, "None of these was given up.")


@pytest.mark.parametrize("doctype", BUTTONS)
def test_nobody_else_sees_them_or_tries_them_again(login, person, doctype: str) -> None:
    name = made(doctype)
    desk = Desk(login(person(roles.MANAGER), typed=True))
    desk.page.wait_for_function("window.frappe && frappe.csrf_token && frappe.model && frappe.boot")
    desk.settle()
    method = {"QMS Message": "send_messages", "QMS Event": "tell_listeners"}[doctype]
    answer = desk.page.request.post(
        f"/api/method/complaint_qms.api.given_up.{method}",
        headers={"X-Frappe-CSRF-Token": desk.page.evaluate("frappe.csrf_token")},
        data={"names": [name]},
    )
    assert answer.status == 403
    assert not desk.page.evaluate("doctype => frappe.model.can_read(doctype)", doctype)
    assert state(doctype, name) == "given_up"
