"""Indexes that reports, cards and charts are read off alone, without the rows of complaints: a row has two hundred columns."""

from __future__ import annotations

from typing import Final

import frappe

INDEXES: Final = {
    "complaint_qms_standing": ("stage", "sla_status", "severity"),
    "complaint_qms_received": ("received_at", "stage", "complaint_type", "severity", "occurrence"),
    "complaint_qms_same": ("customer", "item_code", "complaint_type", "closed_at", "received_at", "stage"),
}
"""Name → columns. By stage: cards and charts of what is open. By receipt: the chart of types, the risk matrix, the cross-tab of types and
severities. By what a complaint may repeat: the report of repeats."""


def add_covering_indexes() -> None:
    """Made when the table is."""
    for name, columns in INDEXES.items():
        frappe.db.add_index("Complaint", list(columns), index_name=name)
