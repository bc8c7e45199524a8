"""What was merged into a complaint, with its messages and files: they stay where they are, and are seen from the original."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.services.reporting.access import permitted, readable

_SHOWN: Final = ("name", "subject", "received_at", "customer", "complainant_name", "closed_at")
_MOST: Final = 100
_MOST_OF_EACH_KIND: Final = 500
Rows = list[dict[str, Any]]


def merged_here(doc: Document) -> Rows:
    """Complaints that rest on `doc` and that the user may read, by number; three queries, one where there are none.

    Returns:
        [{name, subject, received_at, customer, complainant_name, closed_at, messages: [{name, subject, sender, sent_or_received,
        communication_date}], files: [{name, file_name, file_url}]}]
    """
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(*(complaint[field] for field in readable("Complaint", _SHOWN)))
        .where((complaint.duplicate_of == doc.name) & (complaint.stage == "duplicate"))
        .orderby(complaint.name)
        .limit(_MOST)
    )
    rows = permitted(query).run(as_dict=True)
    if not rows:
        return []
    names = [row["name"] for row in rows]
    messages = _messages(names)
    files = _files(names, messages)
    return [
        row
        | {
            "messages": [one for one in messages if one["reference_name"] == row["name"]],
            "files": files.get(row["name"], []),
        }
        for row in rows
    ]


def _messages(complaints: list[str]) -> Rows:
    return frappe.get_all(
        "Communication",
        filters={
            "reference_doctype": "Complaint",
            "reference_name": ("in", complaints),
            "communication_type": "Communication",
        },
        fields=["name", "reference_name", "subject", "sender", "sent_or_received", "communication_date"],
        order_by="communication_date asc, name asc",
        limit=_MOST_OF_EACH_KIND,
    )


def _files(complaints: list[str], messages: Rows) -> dict[str, Rows]:
    """Complaint → its files and those of its messages, each file once."""
    of_message = {message["name"]: message["reference_name"] for message in messages}
    rows = frappe.get_all(
        "File",
        filters={
            "attached_to_doctype": ("in", ("Complaint", "Communication")),
            "attached_to_name": ("in", [*complaints, *of_message]),
            "is_folder": 0,
        },
        fields=["name", "file_name", "file_url", "attached_to_name"],
        order_by="creation asc, name asc",
        limit=_MOST_OF_EACH_KIND,
    )
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        place = row.pop("attached_to_name")
        found.setdefault(of_message.get(place, place), {}).setdefault(row["file_url"], row)
    return {complaint: list(files.values()) for complaint, files in found.items()}
