"""Signals count confidential complaints and name none of them: whoever may see a signal sees its figures, and not whose complaints these are."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.model.document import Document

from complaint_qms.constants.signals import CASES, SIGNAL
from complaint_qms.permissions import confidential
from complaint_qms.services import writing


def not_confidential(complaints: Iterable[str]) -> list[str]:
    """Those of the complaints that a signal names."""
    away = confidential.all_confidential()
    return [name for name in complaints if name not in away]


def leave_out(complaint: Document) -> None:
    """Take a complaint that has become confidential off the signals that name it; the next scan names it again once it is none."""
    if not complaint.confidential:
        return
    of = {"parenttype": SIGNAL, "complaint": complaint.name}
    signals = frappe.get_all(CASES, of, pluck="parent", order_by="parent asc")
    if signals:
        frappe.db.delete(CASES, of)
        writing.drop_cached(SIGNAL, set(signals))
