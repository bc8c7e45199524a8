"""Customers who are not content and whom somebody is to see to."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _

from complaint_qms.constants import roles, work
from complaint_qms.constants.survey import DOCTYPE, FOLLOW_UP
from complaint_qms.services.work.loading import Found, about, complaints_of
from complaint_qms.services.work.timing import Viewer, date_of

_FIELDS = ("name", "complaint", "csat", "solved", "comment", "follow_up_by", "follow_up_due", "answered_at")


def follow_up_work(viewer: Viewer) -> Found:
    """A row for each follow-up of the viewer that is not done; those of nobody are the managers'."""
    if not frappe.has_permission(DOCTYPE):
        return [], False
    mine = viewer.stands_for(roles.MANAGER)
    rows = frappe.get_list(
        DOCTYPE,
        filters={
            "second_look": FOLLOW_UP,
            "follow_up_done_at": ("is", "not set"),
            "follow_up_by": ("in", [*mine, ""] if roles.MANAGER in viewer.roles else mine),
        },
        fields=list(_FIELDS),
        order_by="follow_up_due asc, name asc",
        limit=work.MOST + 1,
    )
    complaints = complaints_of({row.complaint for row in rows})
    told = [_row(row, complaints, viewer) for row in rows[: work.MOST]]
    return told, len(rows) > work.MOST


def _row(row: frappe._dict, complaints: dict[str, Any], viewer: Viewer) -> dict[str, Any]:
    said = _("not solved") if row.solved == "no" else _("{0} of 5").format(row.csat)
    return {
        "kind": work.FOLLOW_UP,
        "doctype": DOCTYPE,
        "name": row.name,
        **about(complaints.get(row.complaint)),
        "complaint": row.complaint,
        "missing": 0,
        "first_missing": f"{said} · {row.comment}" if row.comment else said,
        "time": date_of(row.follow_up_due, row.answered_at, viewer.today),
    }
