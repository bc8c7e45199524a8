"""Signals that wait for a quality manager: new ones, those under review, and those whose time of watching is over; and trends by
Art. 88, which wait for Regulatory Affairs."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import getdate

from complaint_qms.constants import roles, work
from complaint_qms.constants.signals import ART_88, DECIDED, OPEN, SIGNAL, SUPERSEDED, WATCH
from complaint_qms.engine.message import number
from complaint_qms.services.signals.settings import of_preset
from complaint_qms.services.work.loading import Found
from complaint_qms.services.work.timing import Viewer, date_of

_FIELDS = (
    "name",
    "title",
    "state",
    "item_code",
    "customer",
    "creation",
    "watch_until",
    "observed",
    "expected",
)


def signal_work(viewer: Viewer) -> Found:
    """A row for each signal that the viewer may decide about, the oldest first; each is due on the day it was found."""
    if not frappe.has_permission(SIGNAL, "write"):
        return [], False
    asked: list[dict[str, Any]] = []
    if roles.QUALITY_MANAGER in viewer.roles:
        usual = {"preset": of_preset(None)}
        late = {"decision": WATCH, "watch_until": ("<", viewer.today), "trend": ("!=", "ended")}
        asked += [usual | {"state": ("in", OPEN)}, usual | {"state": DECIDED} | late]
    if roles.REGULATORY in viewer.roles:
        # A trend that has faded before anybody judged it still has to be judged.
        asked.append({"preset": ART_88, "decision": ("is", "not set"), "state": ("!=", SUPERSEDED)})
    found: list[frappe._dict] = []
    for filters in asked:
        found += frappe.get_list(
            SIGNAL, filters, list(_FIELDS), order_by="creation asc, name asc", limit=work.MOST + 1
        )  # fmt: skip
    return [_row(row, viewer) for row in found[: work.MOST]], len(found) > work.MOST


def _row(row: frappe._dict, viewer: Viewer) -> dict[str, Any]:
    due = row.watch_until if row.state == DECIDED else getdate(row.creation)
    return {
        "kind": work.SIGNAL,
        "doctype": SIGNAL,
        "name": row.name,
        "subject": row.title,
        "customer": row.customer,
        "product": row.item_code,
        "missing": 0,
        "first_missing": _("{0} complaints where {1} were expected").format(
            row.observed, number(row.expected)
        ),
        "time": date_of(due, row.creation, viewer.today),
    }
