"""What is set for a company goes with its new name, and with a merge to no other company in silence."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.services.intake.register import register
from complaint_qms.services.risk.matrix import matrix_for
from complaint_qms.services.settlement.approval_limits import limit_of
from complaint_qms.services.sop.procedure import choose_sop
from tests.desk import factory

ROLE = "Complaint Manager"


@pytest.fixture
def other() -> str:
    """A company that nobody else uses."""
    name = factory.unique("Branch")
    return factory.make(
        "Company", company_name=name, abbr=frappe.generate_hash(length=5), default_currency="USD", country="United States"
    ).name  # fmt: skip


def limits(*rows: tuple[str, float]) -> None:
    """Approval limits of the manager's role, of long ago."""
    settings = frappe.get_single(SETTINGS)
    settings.set(
        "approval_limits", [{"role": ROLE, "company": company, "max_amount": most} for company, most in rows]
    )
    frappe.flags.in_migrate = True
    try:
        settings.save()
    finally:
        frappe.flags.in_migrate = False


def of_company(doctype: str, company: str, **values: object) -> str:
    if doctype == "Complaint SOP":
        return factory.make(
            doctype, sop_name=factory.unique("SOP"), company=company, enabled=1, **values
        ).name
    copy = frappe.copy_doc(frappe.get_doc(doctype, matrix_for(None)))
    copy.update({"matrix_name": factory.unique("Matrix"), "company": company, "is_default": 0})
    return copy.insert().name


def chosen(company: str) -> dict[str, object]:
    """What applies to a complaint of a company."""
    about = frappe.get_doc({"doctype": "Complaint", "company": company})
    return {
        "Complaint SOP": choose_sop(about),
        "Risk Matrix": matrix_for(company),
        "limit": limit_of(factory.user(ROLE), company).amount,
    }


def test_what_is_set_for_a_company_goes_with_its_name(other: str) -> None:
    limits((factory.company(), 10), (other, 700))
    frappe.db.set_single_value(SETTINGS, "default_company", other)
    own = {doctype: of_company(doctype, other) for doctype in ("Complaint SOP", "Risk Matrix")}
    complaint = factory.complaint(company=other)
    assert chosen(other) == own | {"limit": 700}
    named = frappe.rename_doc("Company", other, factory.unique("House"))
    assert chosen(named) == own | {"limit": 700}
    assert frappe.db.get_single_value(SETTINGS, "default_company") == named
    assert frappe.get_cached_doc(SETTINGS).default_company == named
    assert frappe.db.get_value("Complaint", complaint.name, "company") == named
    assert factory.complaint(company=named).sop == own["Complaint SOP"]
    assert limit_of(factory.user(ROLE), factory.company()).amount == 10


@pytest.mark.parametrize("place", ["limit", "Complaint SOP", "Risk Matrix"])
def test_a_company_is_not_merged_while_something_is_set_for_it(other: str, place: str) -> None:
    limits((factory.company(), 500))
    before = chosen(factory.company())
    named = SETTINGS
    if place == "limit":
        limits((factory.company(), 500), (other, 9000))
    else:
        named = of_company(place, other)
    with pytest.raises(frappe.ValidationError, match=f"{named}.*Remove it or put it out of use first"):
        frappe.rename_doc("Company", other, factory.company(), merge=True)
    assert frappe.db.exists("Company", other)
    assert chosen(factory.company()) == before
    if place == "limit":
        limits((factory.company(), 500))
    else:
        frappe.db.set_value(
            place, named, {"Complaint SOP": {"enabled": 0}, "Risk Matrix": {"disabled": 1}}[place]
        )
    complaint = factory.complaint(company=other)
    frappe.rename_doc("Company", other, factory.company(), merge=True)
    assert frappe.db.get_value("Complaint", complaint.name, "company") == factory.company()
    assert chosen(factory.company()) == before
    assert limit_of(factory.user(ROLE), factory.company()).amount == 500


def test_what_is_set_for_the_company_that_is_left_stays(other: str) -> None:
    limits((factory.company(), 500))
    sop = of_company("Complaint SOP", factory.company())
    frappe.rename_doc("Company", other, factory.company(), merge=True)
    assert chosen(factory.company())["limit"] == 500
    assert chosen(factory.company())["Complaint SOP"] == sop


def sent_again(user: str, company: str, key: str) -> str:
    with factory.as_user(user):
        return register({"subject": "x", "company": company, "idempotency_key": key}).name


def test_a_key_that_is_sent_again_is_known_under_the_new_names(other: str) -> None:
    user = factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")
    first = sent_again(user, other, "shop-1")
    named = frappe.rename_doc("Company", other, factory.unique("House"))
    assert sent_again(user, named, "shop-1") == first
    called = frappe.rename_doc("User", user, f"{frappe.generate_hash(length=8)}@qms.example")
    assert sent_again(called, named, "shop-1") == first
    assert sent_again(called, named, "shop-2") != first
    assert sent_again("Administrator", named, "shop-1") != first


def test_of_two_companies_that_become_one_each_key_finds_one_complaint(other: str) -> None:
    user = factory.user("Complaint Agent", email=f"{frappe.generate_hash(length=8)}@qms.example")
    ours = sent_again(user, factory.company(), "shop-1")
    theirs = sent_again(user, other, "shop-1")
    alone = sent_again(user, other, "shop-2")
    assert len({ours, theirs, alone}) == 3
    frappe.rename_doc("Company", other, factory.company(), merge=True)
    assert sent_again(user, factory.company(), "shop-1") == ours
    assert sent_again(user, factory.company(), "shop-2") == alone
