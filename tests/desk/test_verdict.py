"""The form of a settlement is told by the server whether its writer may submit it, with the words of the refusal."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.model.document import Document

from complaint_qms.api import settlement as api
from tests.desk import factory, settling


def set_limits(own: float, most: float) -> None:
    settings = frappe.get_single("Complaint QMS Settings")
    settings.self_approval_limit = own
    settings.set("approval_limits", [{"role": "Complaint Manager", "max_amount": most}])
    settings.save()


def refused(doc: Document) -> str | None:
    """What submitting says, when it says no."""
    frappe.db.savepoint("before_submit")
    try:
        frappe.get_doc(doc.doctype, doc.name).submit()
    except frappe.PermissionError as error:
        return str(error)
    finally:
        frappe.db.rollback(save_point="before_submit")
    return None


@pytest.mark.parametrize(
    ("own", "most", "granted", "qty"),
    [
        (0, 1000, 0, 2),  # G6
        (200, 1000, 0, 2),  # up to the limit
        (200.004, 200.004, 0, 2),  # within a cent of it
        (500, 100, 0, 2),  # above it
        (500, 300, 2, 2),  # above it with what was granted before
    ],
)
def test_it_says_what_submitting_would_say(own: float, most: float, granted: int, qty: int) -> None:
    _, _, invoice = factory.sold(10)
    complaint = settling.complaint_on(invoice)
    set_limits(1000, 1000)
    with settling.acting_as(*settling.APPROVER):
        if granted:
            settling.proposal(complaint, invoice, {"qty": granted}).insert().submit()
    set_limits(own, most)
    with settling.acting_as(*settling.APPROVER):
        draft = {"sales_invoice": invoice.name, "lines": [{"amount": qty * factory.RATE}]}
        before = api.limits(invoice.company, complaint.name, draft=draft)
        doc = settling.proposal(complaint, invoice, {"qty": qty}).insert()
        after = api.limits("", settlement=doc.name)
        assert before["why"] == after["why"] == refused(doc)
    assert before["total"] == after["total"] == doc.base_total_amount == 200


def test_what_somebody_else_proposed_may_be_submitted() -> None:
    doc = settling.proposed(factory.sold(10)[2], {"qty": 2})
    set_limits(0, 200)
    with settling.acting_as(*settling.APPROVER):
        answer = api.limits(doc.company, doc.complaint, settlement=doc.name)
        assert (answer["why"], answer["amount"], answer["role"]) == (None, 200, "Complaint Manager")
        # the same in a form where something was changed: then the changer proposes
        draft = json.dumps({"sales_invoice": doc.sales_invoice, "lines": [{"amount": 200}]})
        assert "G6" in api.limits(doc.company, doc.complaint, draft=draft)["why"]


def test_each_line_is_converted_at_the_rate_of_its_own_sale() -> None:
    buyer = factory.customer()
    dear, cheap = (factory.invoice(buyer.name, factory.stocked(2)) for _ in range(2))
    for sale, rate in ((dear, 2), (cheap, 0.5)):
        frappe.db.set_value("Sales Invoice", sale.name, "conversion_rate", rate)
    complaint = settling.complaint_on(dear)
    lines = [{"amount": 100}, {"amount": 100, "sales_invoice": cheap.name}]
    answer = api.limits(dear.company, complaint.name, draft={"sales_invoice": dear.name, "lines": lines})
    assert answer["total"] == 250


def test_it_tells_no_rate_of_another_customer() -> None:
    _, _, invoice = factory.sold(2)
    _, _, strange = factory.sold(2)
    frappe.db.set_value("Sales Invoice", strange.name, "conversion_rate", 7)
    draft = {"lines": [{"amount": 100, "sales_invoice": strange.name}]}
    assert api.limits(invoice.company, settling.complaint_on(invoice).name, draft=draft)["total"] == 100


def test_a_settlement_without_complaint_or_lines_comes_to_nothing() -> None:
    company = factory.company()
    assert api.limits(company, draft={"lines": []})["total"] == 0
    assert "total" not in api.limits(company)


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        ("nonsense", "as an object in “draft”"),
        ({"lines": [{"amount": "much"}]}, "is not a number"),
        ({"lines": "all"}, "a list of rows"),
        ({"price": 3}, "has no field price"),
    ],
)
def test_what_it_cannot_read_it_refuses_in_words(draft: object, message: str) -> None:
    with pytest.raises(frappe.ValidationError, match=message):
        api.limits(factory.company(), draft=draft)


def test_permission_comes_first() -> None:
    doc = settling.proposed(factory.sold(10)[2], {"qty": 2})
    with settling.acting_as("Sales User"), pytest.raises(frappe.PermissionError):
        api.limits(doc.company, draft="nonsense")
    stranger = factory.person(*settling.PROPOSER, Customer=factory.customer().name)
    frappe.set_user(stranger)
    for asked in ({"settlement": doc.name}, {"complaint": doc.complaint}):
        with pytest.raises(frappe.PermissionError):
            api.limits(doc.company, **asked)
