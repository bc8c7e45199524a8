"""What somebody is told of how units were made and inspected: nothing is said of what they may not see, and nobody is named past it."""

from __future__ import annotations

import frappe
import pytest

from complaint_qms.constants import roles
from complaint_qms.engine.trace import Genealogy, Lot
from complaint_qms.integrations.erpnext.inspections import DOCTYPE
from complaint_qms.permissions.production import ProductionSight
from complaint_qms.services.trace import unit_factors as kinds
from complaint_qms.services.trace.common_factors import _record_of
from complaint_qms.services.trace.exposed_units import Cell
from tests.desk import factory

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
