"""The demo company's shop floor: workstations, operations and operators; what was done on them, and what was measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.demo.market import insert
from complaint_qms.demo.tables import BAD_MATERIAL, OPERATIONS, OPERATORS, WORKSTATIONS

_EARLY, _LATE = 7, 15
HARDNESS: Final = "Hardness (Shore A)"
PRESSURE_LOSS: Final = "Pressure Loss (mbar)"
# parameter → limits, and what is measured: usually, and on the bad lot, which was accepted at its limit
_MEASURED: Final = {
    HARDNESS: ((50.0, 65.0), ("56.2", "57.0", "55.8"), ("64.6", "65.0", "64.9")),
    PRESSURE_LOSS: ((0.0, 4.0), ("1.1", "0.9", "1.3"), ("3.6", "3.9", "3.8")),
}


@dataclass
class Floor:
    """Who works there.

    Attributes:
        operators: Employees, in turn at the machines.
        inspectors: users who inspect.
        orders: how many were done, by which machines, shifts and people take turns.
    """

    operators: list[str] = field(default_factory=list)
    inspectors: list[str] = field(default_factory=list)
    orders: int = 0


def make_floor(company: str, users: dict[str, str]) -> Floor:
    """Workstations, operations, operators and what is inspected."""
    for name in WORKSTATIONS:
        insert("Workstation", workstation_name=name)
    for name, workstation in OPERATIONS:
        insert("Operation", __newname=name, workstation=workstation)
    for name in _MEASURED:
        insert("Quality Inspection Parameter", parameter=name)
    floor = Floor(inspectors=[users["quality"], users["investigator_2"]])
    for first, last, gender in OPERATORS:
        made = insert(
            "Employee",
            first_name=first,
            last_name=last,
            gender=gender,
            company=company,
            date_of_birth="1991-09-02",
            date_of_joining="2020-05-04",
            status="Active",
        )
        floor.operators.append(made.name)
    return floor


def bill_operations() -> dict[str, object]:
    """What a bill of materials says of the operations."""
    return {
        "with_operations": 1,
        "operations": [
            {"operation": name, "workstation": workstation, "time_in_mins": 120, "fixed_time": 1}
            for name, workstation in OPERATIONS
        ],
    }


def work(floor: Floor, order: Document, now: datetime) -> None:
    """Do the operations of an order on the day before `now`: machines, shifts and people take turns."""
    begun = (now - timedelta(days=1)).replace(
        hour=_EARLY if floor.orders // 2 % 2 else _LATE, minute=10, second=0, microsecond=0
    )
    cards = frappe.get_all(
        "Job Card", {"work_order": order.name, "docstatus": 0}, pluck="name", order_by="sequence_id, name"
    )
    for place, name in enumerate(cards):
        card = frappe.get_doc("Job Card", name)
        if place == 0:
            card.workstation = WORKSTATIONS[floor.orders // 3 % 2]
        card.set("time_logs", [])
        card.append(
            "time_logs",
            {
                "employee": floor.operators[(floor.orders + place) % len(floor.operators)],
                "from_time": begun + timedelta(hours=3 * place),
                "to_time": begun + timedelta(hours=3 * place + 2),
                "completed_qty": order.qty,
            },
        )
        card.flags.ignore_permissions = True
        card.save()
        card.submit()
    floor.orders += 1


def inspect(floor: Floor, document: Document, item: str, batch: str, now: datetime, *, bad: bool) -> None:
    """A sample of what was received or made; the bad lot passes at the edge of its limits."""
    is_material = item == BAD_MATERIAL
    parameter = HARDNESS if is_material else PRESSURE_LOSS
    (least, most), usual, at_the_edge = _MEASURED[parameter]
    values = at_the_edge if bad else usual
    made = insert(
        "Quality Inspection",
        inspection_type="Incoming" if is_material else "In Process",
        reference_type=document.doctype,
        reference_name=document.name,
        item_code=item,
        batch_no=batch,
        sample_size=len(values),
        report_date=getdate(now),
        inspected_by=floor.inspectors[floor.orders % len(floor.inspectors)],
        status="Accepted",
        readings=[
            {
                "specification": parameter,
                "numeric": 1,
                "min_value": least,
                "max_value": most,
                **{f"reading_{place}": value for place, value in enumerate(values, 1)},
            }
        ],
    )
    made.flags.ignore_permissions = True
    made.submit()
