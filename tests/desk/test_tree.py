"""Where a complaint type stands in its tree follows from the one above it, whatever is sent."""

from __future__ import annotations

import frappe
import pytest

from tests.desk import factory
from tests.desk.wire import ask

FORGED = (
    {"rgt": -1},
    {"lft": 1, "rgt": 10_000},
    {"lft": [], "rgt": "3"},
    {"old_parent": "Billing"},
    {"idx": []},
    {"idx": 10**30},
)


def sound() -> bool:
    """Every number of the tree is taken once, and every type lies within the one above it."""
    rows = {row.name: row for row in frappe.get_all("Complaint Type", fields=["name", "parent_complaint_type as up", "lft", "rgt"], order_by="lft")}  # fmt: skip
    numbers = [number for row in rows.values() for number in (row.lft, row.rgt)]
    inside = all(
        not row.up or rows[row.up].lft < row.lft < row.rgt < rows[row.up].rgt for row in rows.values()
    )
    return inside and len(set(numbers)) == len(numbers) and min(numbers) > 0


@pytest.mark.parametrize("forged", FORGED)
def test_a_forged_place_moves_nothing(forged):
    assert sound()
    name = factory.unique("Type")
    made = ask("POST", "/api/resource/Complaint Type", {"complaint_type_name": name, "parent_complaint_type": "Billing", **forged}, keep=True)  # fmt: skip
    assert made.status in (200, 417), made.body
    if made.status == 417:
        frappe.get_doc(
            {"doctype": "Complaint Type", "complaint_type_name": name, "parent_complaint_type": "Billing"}
        ).insert()
    assert sound()
    assert ask("PUT", f"/api/resource/Complaint Type/{name}", forged, keep=True).status in (200, 417)
    assert sound()
    assert ask("PUT", f"/api/resource/Complaint Type/{name}", {"parent_complaint_type": "Service Attitude", **forged}, keep=True).status in (200, 417)  # fmt: skip
    assert sound()
