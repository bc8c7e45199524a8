"""Disposals of records that wait for a second person."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import getdate

from complaint_qms.constants import work
from complaint_qms.constants.contributing import AUTHORS, ROWS
from complaint_qms.constants.retention import APPROVERS, DISPOSAL, PROPOSED
from complaint_qms.services.work.loading import Found
from complaint_qms.services.work.timing import Viewer, date_of

_FIELDS: Final = ("name", "reason", "complaints", "proposed_by", "proposed_at")


def disposal_work(viewer: Viewer) -> Found:
    """A row for each disposal that the viewer may approve or reject, the oldest first, due on the day it was proposed."""
    if not set(APPROVERS) & set(viewer.roles) or not frappe.has_permission(DISPOSAL, "write"):
        return [], False
    own = {"parenttype": DISPOSAL, "user": viewer.user, "part": ("in", AUTHORS)}
    mine = frappe.get_all(ROWS, own, pluck="parent", order_by="parent asc")
    waiting = {"status": PROPOSED, "proposed_by": ("!=", viewer.user), "name": ("not in", mine or [""])}
    rows = frappe.get_list(DISPOSAL, waiting, list(_FIELDS), order_by="proposed_at asc, name asc", limit=work.MOST + 1)  # fmt: skip
    return [_row(row, viewer) for row in rows[: work.MOST]], len(rows) > work.MOST


def _row(row: frappe._dict, viewer: Viewer) -> dict[str, Any]:
    return {
        "kind": work.DISPOSAL,
        "doctype": DISPOSAL,
        "name": row.name,
        "subject": row.reason,
        "missing": 0,
        "first_missing": _("{0} complaints whose term is over").format(row.complaints),
        "time": date_of(getdate(row.proposed_at), row.proposed_at, viewer.today),
    }
