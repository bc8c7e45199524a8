"""What somebody is told of how units were made and inspected: nothing is said of what they may not see, and nobody is named past it."""

from __future__ import annotations

from datetime import datetime, timedelta

import frappe
import pytest

from complaint_qms.api import unit_facts as facts
from complaint_qms.constants import roles
from complaint_qms.engine.trace import Genealogy, Lot
from complaint_qms.integrations.erpnext.inspections import DOCTYPE, Reading
from complaint_qms.permissions.production import ProductionSight
from complaint_qms.permissions.stock import FileSight
from complaint_qms.services.trace import file, tracing
from complaint_qms.services.trace import unit_factors as kinds
from complaint_qms.services.trace.common_factors import _record_of
from complaint_qms.services.trace.exposed_units import Cell
from complaint_qms.services.trace.starts import Start
from complaint_qms.services.trace.tree import tree_rows
from complaint_qms.services.trace.unit_facts import begun_near
from tests.desk import factory
from tests.desk.stock_chain import Chain

INSPECTED = ("inspection", "")
INSPECTOR = ("inspector", "")


def inspected(lot: Lot, by: str) -> str:
    """A submitted Quality Inspection of a batch, as it lies in the table."""
    values = {
        "item_code": lot.item,
        "batch_no": lot.batch,
        "inspected_by": by,
        "status": "Accepted",
        "docstatus": 1,
    }
    doc = frappe.get_doc({"doctype": DOCTYPE, "name": factory.unique("QA"), **values})  # fmt: skip
    doc.db_insert()
    return doc.name


def levels_for(user: str, lots: list[Lot]) -> tuple[list[dict], ProductionSight]:
    with factory.as_user(user):
        sight = ProductionSight(user)
        recorded = kinds.records_behind(Genealogy(tuple(lots), reached_up=dict.fromkeys(lots, 0)), sight)
        cells = [Cell(lot, ("", ""), quantity=1) for lot in lots]
        return [dict(group.levels) for group in kinds.groups_of(cells, recorded)], sight


@pytest.fixture
def two_lots() -> list[Lot]:
    items = [factory.item(batch=True).name for _ in range(2)]
    return [Lot(item, factory.batch(item).name) for item in items]


def test_a_lot_whose_inspections_are_withheld_is_not_called_uninspected(two_lots: list[Lot]) -> None:
    mine, other = two_lots
    bare = Lot(mine.item, factory.batch(mine.item).name)
    for lot in (mine, other):
        inspected(lot, "Administrator")
    every, _sight = levels_for(factory.person(roles.INVESTIGATOR), [mine, other, bare])
    assert [one[INSPECTED] for one in every] == [{"Accepted"}, {"Accepted"}, {"-"}]
    kept, sight = levels_for(factory.person(roles.INVESTIGATOR, Item=mine.item), [mine, other, bare])
    assert [one.get(INSPECTED) for one in kept] == [{"Accepted"}, None, {"-"}]
    assert sight.withheld == {DOCTYPE: 1}


def test_inspectors_are_named_as_employees_are(two_lots: list[Lot]) -> None:
    people = [factory.person(roles.INVESTIGATOR, "Employee") for _ in range(2)]
    own, other = (factory.employee(person).name for person in people)
    for lot, by in zip(two_lots, people, strict=True):
        inspected(lot, by)
    inspected(two_lots[1], "Administrator")
    frappe.db.delete("User Permission", {"user": ("in", people)})
    every, sight = levels_for(people[0], two_lots)
    assert [one[INSPECTOR] for one in every] == [{people[0]}, {people[1], "Administrator"}]
    assert sight.people({own, other}) == {own, other}
    factory.make("User Permission", user=people[0], allow="Employee", for_value=own, apply_to_all_doctypes=0, applicable_for="Employee")  # fmt: skip
    frappe.clear_cache(user=people[0])
    kept, sight = levels_for(people[0], two_lots)
    assert [one.get(INSPECTOR) for one in kept] == [{people[0]}, None]
    assert sight.people({own, other}) == {own}
    assert sight.withheld == {"Employee": 1}
    nobody, sight = levels_for(factory.person(roles.INVESTIGATOR), two_lots)
    assert [one.get(INSPECTOR) for one in nobody] == [None, None]


def test_a_component_known_by_its_serial_number_is_opened_as_one() -> None:
    batch, serial = Lot("Pump", "B1"), Lot("Motor", serial="S1")
    recorded = kinds.Recorded(Genealogy((batch,), reached_up={batch: 0, serial: 1}), ProductionSight("Guest"))
    assert _record_of((("lot", "Motor"), "S1"), recorded)["document_type"] == "Serial No"
    assert _record_of((("lot", "Pump"), "B1"), recorded)["document_type"] == "Batch"


def test_another_order_counts_within_days_of_a_card_and_not_between_two_far_ones() -> None:
    spring, autumn = datetime(2026, 3, 1, 8), datetime(2026, 10, 1, 8)
    orders = {
        "near": {("Press", "06:00–14:00", spring + timedelta(days=7))},
        "between": {("Press", "06:00–14:00", datetime(2026, 6, 1, 8))},
        "other shift": {("Press", "22:00–06:00", autumn - timedelta(days=1))},
        "other machine": {("Oven", "06:00–14:00", spring)},
    }
    assert begun_near(orders, "Press", "", [spring, autumn]) == ["near", "other shift"]
    assert begun_near(orders, "Press", "06:00–14:00", [spring, autumn]) == ["near"]


def test_holds_are_named_to_their_readers_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    lot = Lot("Pump", "B1")
    monkeypatch.setattr(tracing, "holds_of", lambda lots: {one: ["QH-1"] for one in lots})
    found = Genealogy((lot,), reached_up={lot: 0})
    for readable, names_holds, told in (({"QH-1"}, True, "QH-1"), (set(), True, "On Quality Hold"), ({"QH-1"}, False, "On Quality Hold")):  # fmt: skip
        monkeypatch.setattr(tracing, "readable", lambda _doctype, _names, seen=readable: seen)
        start = Start("Batch", "B1", (lot,))
        traced = tracing.Traced(start, found, frozenset(), names_holds=names_holds)
        assert tree_rows(traced)[0]["holds"] == told
        assert list(traced.holds) == [lot]


def test_a_file_names_no_party_and_is_none_where_a_reader_is_kept_to_items() -> None:
    company = factory.company()
    assert FileSight(company)._away("Supplier", {"Mill"}) == {"Mill"}
    assert not FileSight(company).names_holds
    doc = frappe.new_doc("Investigation", company=company)
    frappe.db.delete("User Permission")
    item = factory.item().name
    # Whose company the record is may be told; what items belong to is no less than the items.
    factory.person(roles.INVESTIGATOR, Company=company)
    assert not file._is_kept_from_some(doc)
    with_group = factory.person(
        roles.INVESTIGATOR, **{"Item Group": frappe.db.get_value("Item", item, "item_group")}
    )
    assert file._is_kept_from_some(doc)
    frappe.db.delete("User Permission", {"user": with_group})
    factory.person("Stock User", Item=item)
    assert not file._is_kept_from_some(doc)
    factory.person(roles.INVESTIGATOR, Item=item)
    assert file._is_kept_from_some(doc)
    assert file.attach_genealogy(doc, "any complaint") is None


def test_readings_are_numbers_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ERPNext reads them where it judges."""
    measured = Reading("Length", "Rejected", ["4,4", "4,5", "5", "5,6"], least=4.5, most=5.5)
    monkeypatch.setattr(frappe.db, "get_default", {"number_format": "#.###,##"}.get)
    assert [(mark.value, mark.kind) for mark in measured.marks] == [("4,4", "below"), ("4,5", "at_least"), ("5,6", "above")]  # fmt: skip


def test_facts_are_kept_in_the_file_of_an_investigation_for_who_may_read_what_they_come_from() -> None:
    chain = Chain()
    chain.new_item("part")
    chain.new_item("goods")
    chain.new_lot("lot", "part")
    chain.new_lot("made", "goods")
    supplier, buyer = factory.supplier().name, factory.customer().name
    chain.buy("lot", 10, supplier)
    chain.make({"lot": 5}, {"made": 5})
    chain.sell(buyer, ("made", 2))
    about = {"item_code": chain.items["made"], "batch_no": chain.lots["made"]}
    study = factory.investigation(factory.complaint(customer=buyer, **about), **about)
    other = factory.complaint(**about).name
    inspector = factory.user("Quality Manager")
    name = inspected(Lot(chain.items["made"], chain.lots["made"]), inspector)
    for place, (value, numeric) in enumerate({"4.2": 1, "4.5": 1, "5.0": 1, "5.5": 1, "6": 1, "rough": 0}.items()):  # fmt: skip
        row = {"specification": f"Feature {place}", "numeric": numeric, "min_value": 4.5, "max_value": 5.5, "status": "Accepted"}  # fmt: skip
        read = {"reading_1": value} if numeric else {"reading_value": value, "value": "smooth"}
        frappe.get_doc({"doctype": "Quality Inspection Reading", "parent": name, "parenttype": DOCTYPE, "parentfield": "readings", "idx": place + 1, **row, **read}).db_insert()  # fmt: skip
    (told,) = facts.read("Investigation", study.name)["inspections"]
    assert [[mark["kind"] for mark in one["marks"]] for one in told["readings"]] == [
        ["below"], ["at_least"], [], ["at_most"], ["above"], ["other"],
    ]  # fmt: skip
    keeper = factory.person(roles.INVESTIGATOR)
    with factory.as_user(keeper):
        kept = frappe.get_doc("File", facts.keep(study.name)["name"])
        assert kept.has_permission("read")
    assert (kept.is_private, kept.attached_to_name, kept.owner) == (1, study.name, keeper)
    table = kept.get_content()
    table = table if isinstance(table, str) else table.decode("utf-8-sig")
    assert "4.2 is below the lower limit 4.5" in table
    assert "4.5 is just at the lower limit" in table
    assert frappe.utils.get_fullname(keeper) in table
    assert f"About the Same Batch or Serial No,{1}" in table
    for hidden in (supplier, buyer, other, frappe.utils.get_fullname(inspector)):
        assert hidden not in table
    for role, may in ((roles.AGENT, False), (roles.AUDITOR, True), (roles.MANAGER, False)):
        with factory.as_user(factory.person(role)):
            assert frappe.get_doc("Investigation", study.name).has_permission("read")
            assert bool(kept.has_permission("read")) is may, role
    kept_to = {
        "Item": chain.items["made"], "Item Group": frappe.db.get_value("Item", chain.items["made"], "item_group"),
        "Project": frappe.get_doc({"doctype": "Project", "project_name": frappe.generate_hash()}).insert().name,
    }  # fmt: skip
    for allow, value in kept_to.items():
        with factory.as_user(factory.person(roles.AUDITOR, **{allow: value})):
            assert not kept.has_permission("read"), allow
    with factory.as_user(factory.person(roles.AUDITOR, Company=factory.company())):
        assert kept.has_permission("read"), "it tells of no other company"
    for role in (roles.AGENT, roles.AUDITOR):
        with factory.as_user(factory.person(role)), pytest.raises(frappe.PermissionError):
            facts.keep(study.name)
    frappe.db.set_value("Investigation", study.name, "stage", "completed")
    with pytest.raises(frappe.ValidationError, match="has ended"):
        facts.keep(study.name)
