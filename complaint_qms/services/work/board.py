"""What the cards of the team board say about time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import frappe

from complaint_qms.constants.clock import CLOCKS, STEPS
from complaint_qms.services.sop.clock import clock_standing
from complaint_qms.services.work.timing import runs_out_first

_FIELDS: Final = (
    "name",
    "sla_status",
    *(f"{clock}_{part}" for clock in CLOCKS for part in (*dict(STEPS), "status")),
)


def times_of(names: Collection[str], now: datetime) -> dict[str, dict[str, Any]]:
    """The clock that runs out first of each of these complaints that the user may read; one query.

    Returns:
        {name: {due, status}}; without a clock that runs `due` is None and `status` that of the complaint.
    """
    rows = frappe.get_list(
        "Complaint",
        filters={"name": ("in", list(names))},
        fields=list(_FIELDS),
        order_by="name",
        limit_page_length=0,
    )
    return {row.name: _time(row, now) for row in rows}


def _time(row: frappe._dict, now: datetime) -> dict[str, Any]:
    first = runs_out_first(row)
    if not first:
        return {"due": None, "status": row.sla_status}
    due, clock = first
    return {"due": due, "status": clock_standing(row, clock, now)}
