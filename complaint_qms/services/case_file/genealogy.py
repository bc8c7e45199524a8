"""The genealogy of what a complaint is about as data: what its chapter prints, for other programs."""

from __future__ import annotations

from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.trace.answer import genealogy_file
from complaint_qms.services.trace.report import check_may_trace

_REFUSED = (frappe.PermissionError, frappe.ValidationError)


def case_genealogy(doc: Document) -> dict[str, Any]:
    """{complaint, reason: why nothing is told, else empty} and what `genealogy_file` tells, its lists empty where nothing is."""
    told = {"complaint": doc.name, "reason": ""}
    try:
        with messages_dropped_on(*_REFUSED):
            check_may_trace()
            return told | genealogy_file("Complaint", doc.name)
    except _REFUSED as error:
        lists = {"starts": [], "lots": [], "edges": [], "documents": [], "flows": [], "notes": []}
        return told | {"reason": str(error)} | lists | {"not_shown": 0, "is_cut": False}
