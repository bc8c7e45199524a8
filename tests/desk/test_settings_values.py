"""Numbers no date can be reckoned with, roles nobody is given, two limits for one: refused where they are entered."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.constants.number_limits import MOST
from tests.desk import factory, settling

pytestmark = pytest.mark.usefixtures("site")

SETTINGS = "Complaint QMS Settings"
NUMBERS = [(doctype, field) for doctype, fields in MOST.items() for field in fields]


def holding(doctype: str, field: str, value: object):
    """A record, not saved, whose field, or whose first row's, holds the value."""
    if doctype == SETTINGS:
        doc = frappe.get_single(SETTINGS)
        doc.set(field, value)
        return doc
    if doctype == "CAPA":
        doc = factory.capa()
        doc.set(field, value)
        return doc
    if doctype == "Complaint Handler":
        return frappe.get_doc({"doctype": doctype, "user": factory.person(roles.AGENT), field: value})
    if doctype == "Risk Matrix":
        doc = frappe.get_doc(doctype, frappe.db.get_value(doctype, {}, order_by="creation asc"))
        doc.set(field, value)
        return doc
    sop = frappe.get_doc("Complaint SOP", frappe.db.get_single_value(SETTINGS, "default_sop"))
    step = next(row for row in sop.escalation_steps if (row.moment == "percent") == (field == "percent"))
    holders = {sop.doctype: sop, "Complaint SOP Stage": sop.stages[0], "Complaint SOP Step": step}
    holders[doctype].set(field, value)
    return sop


@pytest.mark.parametrize(("doctype", "field"), NUMBERS)
def test_a_number_beyond_its_limits_is_refused_by_name(doctype: str, field: str) -> None:
    most = MOST[doctype][field]
    label = frappe.get_meta(doctype).get_label(field).replace("(", r"\(").replace(")", r"\)")
    with pytest.raises(frappe.ValidationError, match=f"{label}: .* is the most"):
        holding(doctype, field, most + 1).save()
    with pytest.raises(frappe.ValidationError, match=r"(0 or more|negative)"):
        holding(doctype, field, -1).save()
    holding(doctype, field, most).save()


def test_the_longest_times_of_an_sop_can_be_reckoned() -> None:
    sop = holding("Complaint SOP", "first_response_time", 1)
    sop.update(MOST["Complaint SOP"])
    for row in sop.stages:
        row.update(MOST["Complaint SOP Stage"])
    sop.save()
    doc = factory.complaint(sop=sop.name)
    doc.subject = "Changed"
    doc.save()
    assert all(doc.get(f"{clock}_due") for clock in ("response", "resolution", "stage"))


def test_settlements_go_on_with_days_that_an_older_release_took() -> None:
    frappe.db.set_single_value(SETTINGS, "approval_window_days", 99_999_999)
    invoice = factory.sold(10)[2]
    assert settling.documents(settling.submitted(invoice, {"remedy": "goodwill", "amount": 50}))
    doc = frappe.get_single(SETTINGS)
    doc.retention_years = 3  # another change is not held up by it
    doc.save()


@pytest.mark.parametrize("role", ["All", "Guest", "Administrator", "Desk User"])
def test_work_is_led_to_no_role_that_nobody_is_given(role: str) -> None:
    sop = frappe.get_doc("Complaint SOP", frappe.db.get_single_value(SETTINGS, "default_sop"))
    sop.escalation_role = role
    with pytest.raises(frappe.ValidationError, match=f"nobody is given the role .*{role}"):
        sop.save()
    for field in ("responsible_role", "escalate_to_role"):
        sop = frappe.get_doc(sop.doctype, sop.name)
        sop.stages[1].set(field, role)
        with pytest.raises(frappe.ValidationError, match=r"Stages, row 2, .*nobody is given the role"):
            sop.save()
    doc = frappe.get_single(SETTINGS)
    doc.fallback_handler_role = role
    with pytest.raises(frappe.ValidationError, match=r"Fallback Handler Role: nobody is given the role"):
        doc.save()
    doc.reload()
    doc.append("approval_limits", {"role": role, "max_amount": 5})
    with pytest.raises(frappe.ValidationError, match=r"Approval Limits, row \d, Role: nobody is given"):
        doc.save()


def test_a_disabled_role_is_not_newly_chosen_and_holds_up_nothing_else() -> None:
    role = factory.make("Role", role_name=factory.unique("Desk")).name
    doc = frappe.get_single(SETTINGS)
    doc.fallback_handler_role = role
    doc.save()
    frappe.db.set_value("Role", role, "disabled", 1)
    doc.retention_years = 3
    doc.save()
    doc.append("approval_limits", {"role": role, "max_amount": 5})
    with pytest.raises(frappe.ValidationError, match="is out of use"):
        doc.save()


def test_a_role_has_one_limit_in_a_company() -> None:
    role, company = factory.make("Role", role_name=factory.unique("Desk")).name, factory.company()
    doc = frappe.get_single(SETTINGS)
    doc.append("approval_limits", {"role": role, "company": company, "max_amount": 500})
    doc.append("approval_limits", {"role": role, "company": "", "max_amount": 100})
    doc.save()
    assert not doc.approval_limits[-1].company
    doc.append("approval_limits", {"role": role, "company": company, "max_amount": 50})
    with pytest.raises(
        frappe.ValidationError, match=r"Approval Limits: rows \d+ and \d+ are both for .* Keep one"
    ):
        doc.save()


def test_two_limits_that_an_older_release_took_hold_up_nothing_else() -> None:
    role = factory.make("Role", role_name=factory.unique("Desk")).name
    doc = frappe.get_single(SETTINGS)
    for amount in (100, 50):
        row = doc.append("approval_limits", {"role": role, "max_amount": amount})
        row.db_insert()
    frappe.clear_document_cache(SETTINGS, SETTINGS)
    doc = frappe.get_single(SETTINGS)
    assert len([row for row in doc.approval_limits if row.role == role]) == 2
    doc.retention_years = 3
    doc.save()
