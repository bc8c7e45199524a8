"""An SOP that lets its complaints be solved at once, as tests make it."""

from __future__ import annotations

from typing import Any

from frappe.model.document import Document

from tests.desk import factory

WHY = "Small annoyances need no investigation."
ALLOWED = {"round_the_clock": 1, "allow_at_once": 1, "at_once_severity": "Minor", "at_once_reason": WHY}


def some_type() -> str:
    """A Complaint Type of its own, so that no other SOP takes its complaints."""
    name = factory.unique("Type")
    return factory.make("Complaint Type", complaint_type_name=name, type_key=factory.unique("type")).name


def make(kind: str, **values: Any) -> Document:
    values = {"sop_name": factory.unique("SOP"), "complaint_type": kind, **ALLOWED, **values}
    return factory.make("Complaint SOP", **values)
