"""What deliveries say of an occurrence: by the matrix's own rule, told in words, and to nobody who does not see all that counts."""

from __future__ import annotations

import json

import frappe
import pytest
from frappe.permissions import add_user_permission
from frappe.utils import getdate

from complaint_qms.api import risk as api
from complaint_qms.constants import roles
from complaint_qms.engine.rates import garwood
from complaint_qms.services.risk.matrix import occurrence_bands
from complaint_qms.services.triage.occurrence import seen_occurrences
from tests.desk import factory
from tests.desk.factory import as_user, complaint, person
from tests.desk.report_rows import bare_row, listed
from tests.desk.test_delivered_units_report import Shop, ago


@pytest.fixture
def shop() -> Shop:
    return Shop()


def matrix_of_company(company: str, **values: object) -> object:
    """A matrix of the company's own, with the cells of the one that is there."""
    cells = frappe.get_doc(
        "Risk Matrix", frappe.get_all("Risk Matrix", pluck="name", order_by="name")[0]
    ).cells
    rows = [{field: cell.get(field) for field in ("severity", "occurrence", "risk_level", "acceptability", "color")} for cell in cells]  # fmt: skip
    return factory.make("Risk Matrix", matrix_name=factory.unique("Matrix"), company=company, cells=rows, **values)  # fmt: skip


def seen(shop: Shop, item: int = 0, kind: str | None = None, batch: str | None = None):
    doc = frappe.get_doc(
        {"doctype": "Complaint", "name": "new", "company": shop.company, "item_code": shop.items[item], "batch_no": batch, "complaint_type": kind}
    )  # fmt: skip
    return seen_occurrences([doc], {"new": kind})["new"]


def test_complaints_over_units_of_the_matrix_s_own_period(shop: Shop) -> None:
    found = seen(shop)
    assert (found.reading.count, found.reading.units) == (40, 3800)
    exact = garwood(40, 3800)
    assert (found.reading.rate, found.reading.upper) == (exact.rate, exact.upper)
    assert listed(found.route) == 40
    text = " ".join(found.said)
    assert shop.items[0] in text
    assert "40 ÷ 3,800 units delivered = 10.5 per 1,000 units (95 % interval 7.52 to 14.3)" in text
    matrix_of_company(shop.company, occurrence_days=45)
    late = seen(shop)
    # Of the last 45 days: 3,000 delivered, 200 back, and ten complaints.
    assert (late.reading.count, late.reading.units) == (10, 2800)
    assert listed(late.route) == 10


def test_of_a_batch_all_that_was_ever_delivered_counts(shop: Shop) -> None:
    matrix_of_company(shop.company, occurrence_scope="batch", occurrence_days=10)
    first = shop.batches[0]
    found = seen(shop, batch=first)
    assert (found.reading.count, found.reading.units) == (30, 1000)
    assert listed(found.route) == 30
    # Without a batch it is the item's, of which nothing was delivered in ten days.
    assert seen(shop).reading is None


def test_of_an_item_group_all_its_items_count(shop: Shop) -> None:
    group = factory.make("Item Group", item_group_name=factory.unique("Group")).name
    for item in shop.items:
        frappe.db.set_value("Item", item, "item_group", group)
    matrix_of_company(shop.company, occurrence_scope="item_group")
    found = seen(shop)
    assert (found.reading.count, found.reading.units) == (44, 4300)
    assert group in found.said[0]


def test_the_upper_limit_is_proposed_where_the_matrix_says_so(shop: Shop) -> None:
    shop.deliver(20, 1, None, 1, 2_000_000)
    assert seen(shop, item=1).reading.level == "Remote"
    matrix_of_company(shop.company, occurrence_basis="upper_limit", occurrence_days=400)
    found = seen(shop, item=1, kind="No such type")
    assert found.reading.count == 1
    assert (found.reading.level, found.reading.proposed) == ("Improbable", "Remote")
    assert any("upper limit" in sentence for sentence in found.said)


def test_where_deliveries_are_not_known_that_is_said(shop: Shop) -> None:
    doc = complaint(item_code=factory.item().name)
    said = api.beside_complaint(doc.name)["occurrence"]
    assert not said["known"]
    assert "No deliveries of" in said["said"][0]
    assert said["route"] is None
    said = api.beside_complaint(doc.name, json.dumps({"item_code": ""}))["occurrence"]
    assert "Name the item" in said["said"][0]


def test_who_is_kept_to_a_customer_is_told_no_figures(shop: Shop) -> None:
    doc = frappe.get_doc("Complaint", frappe.get_all("Complaint", {"company": shop.company, "item_code": shop.items[1]}, pluck="name", order_by="name")[0])  # fmt: skip
    agent = person(roles.AGENT)
    with as_user(agent):
        assert api.beside_complaint(doc.name)["occurrence"]["known"]
    # Who may read complaints and no items is told of the item of the complaint, and of no other.
    with as_user(factory.person(roles.QUALITY_MANAGER)):
        assert not frappe.has_permission("Item")
        assert api.beside_complaint(doc.name, json.dumps({"item_code": doc.item_code}))["occurrence"]["known"]
        said = api.beside_complaint(doc.name, json.dumps({"item_code": shop.items[0]}))["occurrence"]
        assert "Name the item" in said["said"][0]
    add_user_permission("Customer", doc.customer, agent)
    with as_user(agent):
        said = api.beside_complaint(doc.name)["occurrence"]
    assert not said["known"]
    assert "You do not see all" in said["said"][0]
    assert not any(character.isdigit() for character in said["said"][0])
    with as_user(person("Sales User")), pytest.raises(frappe.PermissionError):
        api.beside_complaint(doc.name)


def test_somebody_of_one_company_counts_that_company_alone(shop: Shop) -> None:
    with as_user(person(roles.MANAGER, Company=shop.company)):
        found = seen(shop, item=1)
    assert (found.reading.count, found.reading.units) == (4, 500)


def test_what_is_taken_over_keeps_who_did_and_is_never_overwritten() -> None:
    doc = complaint(occurrence="Remote")
    answer = {"value": "Frequent", "reasons": ["40 ÷ 3,800"], "source": "exposure", "state": "accepted"}
    doc.update({"occurrence": "Frequent", "proposals": json.dumps({"occurrence": answer})})
    doc.save()
    kept = json.loads(doc.proposals)["occurrence"]
    assert (kept["state"], kept["chosen"], kept["by"]) == ("accepted", "Frequent", frappe.session.user)
    # Opened again, the text is read anew; what deliveries proposed stays with its answer.
    doc.reload()
    doc.run_method("onload")
    assert json.loads(doc.proposals)["occurrence"]["by"] == frappe.session.user
    doc.occurrence = "Remote"
    doc.save()
    doc.reload()
    assert doc.occurrence == "Remote"


def test_bands_are_refused_or_told_by_name() -> None:
    level = frappe.get_doc("Risk Occurrence", "Occasional")
    frappe.clear_messages()
    low, high = level.rate_from, level.rate_to
    for values, said in (
        ({"rate_from": -1}, "From Rate"),
        ({"rate_to": 1000}, "one in a thousand"),
        ({"rate_from": high, "rate_to": low}, "To Rate"),
    ):
        wrong = frappe.get_doc("Risk Occurrence", level.name)
        wrong.update(values)
        with pytest.raises(frappe.ValidationError, match=said):
            wrong.save()
    frappe.clear_messages()
    free = factory.make("Risk Occurrence", occurrence_name=factory.unique("Level"), rank=9, rate_from=0.5)
    told = json.dumps(frappe.get_message_log(), default=str)
    assert free.name in told
    assert "Frequent" in told
    assert "overlap" in told
    assert free.name in " ".join(api.bands()["problems"])
    free.disabled = 1
    free.save()
    assert api.bands()["problems"] == []
    assert [row["name"] for row in api.bands()["levels"]] == [band[0] for band in occurrence_bands()]


def test_complaints_of_today_count(shop: Shop) -> None:
    bare_row("Complaint", company=shop.company, item_code=shop.items[1], subject="Broken", stage="triage", received_at=f"{getdate()} 23:59:00")  # fmt: skip
    bare_row("Complaint", company=shop.company, item_code=shop.items[1], subject="Broken", stage="triage", received_at=f"{ago(365)} 23:59:00")  # fmt: skip
    assert seen(shop, item=1).reading.count == 5
