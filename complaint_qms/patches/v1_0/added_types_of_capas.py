"""CAPAs whose plan was approved before types added since were kept with them: those below their types today are kept."""

import frappe
from frappe.utils import get_datetime

from complaint_qms.constants.stages import CAPA_MEASURED
from complaint_qms.services import writing
from complaint_qms.services.capa.measured_types import written


def execute() -> None:
    rows = frappe.get_all(
        "CAPA",
        filters={
            "stage": ("in", CAPA_MEASURED),
            "measured_types": ("is", "set"),
            "plan_approved_at": ("is", "set"),
        },
        fields=["name", "measured_types", "plan_approved_at"],
        order_by="name asc",
    )
    types = frappe.get_all(
        "Complaint Type",
        fields=["name", "parent_complaint_type", "creation"],
        order_by="creation asc, name asc",
    )
    changes = {}
    for row in rows:
        fixed = row.measured_types.splitlines()
        since = get_datetime(row.plan_approved_at)
        above = {one.name: one.parent_complaint_type for one in types if one.creation > since}
        if added := _below(fixed, above):
            changes[row.name] = {"measured_types": written({*fixed, *added})}
    writing.set_many("CAPA", changes, "upgrade")


def _below(fixed: list[str], above: dict[str, str | None]) -> set[str]:
    """Types of `above` (type → its parent) at any depth below `fixed`."""
    found: set[str] = set()
    grown = True
    while grown:
        below = {name for name, parent in above.items() if parent in {*fixed, *found}} - found
        found |= below
        grown = bool(below)
    return found - {*fixed}
