"""An investigation that nobody started by hand: one for a complaint, and one alone for the open complaints of a batch."""

from __future__ import annotations

from typing import Final

import frappe

from complaint_qms.engine.message import Message
from complaint_qms.services.lifecycle.links import investigations_of
from complaint_qms.services.record.timeline import Link, line, plain_line

_OPEN: Final = ("planned", "in_progress")


def start_for(complaint: str, because: Message) -> Message:
    """Start one with the genealogy attached, or join the one that is at work; what was done, as a line of the timeline."""
    if have := investigations_of([complaint])[complaint]:
        return line("Investigation {0} was there already", Link("Investigation", have[0]["name"]))
    if name := _of_same_batch(complaint):
        doc = frappe.get_doc("Investigation", name)
        doc.append("covered_complaints", {"complaint": complaint})
        doc.save(ignore_permissions=True)
        return line("Added to investigation {0} of the same batch", Link("Investigation", name))
    doc = frappe.get_doc({"doctype": "Investigation", "complaint": complaint, "problem": plain_line(because)})
    doc.insert(ignore_permissions=True)
    # Its columns load pandas; who registers a complaint that starts nothing does without.
    from complaint_qms.services.trace.file import attach_genealogy

    if attach_genealogy(doc, complaint):
        return line("Investigation {0} started, with the genealogy", Link("Investigation", doc.name))
    return line("Investigation {0} started", Link("Investigation", doc.name))


def _of_same_batch(complaint: str) -> str | None:
    """An investigation of the complaint's item and batch that is still at work."""
    about = frappe.db.get_value("Complaint", complaint, ["company", "item_code", "batch_no"], as_dict=True)
    if not about.batch_no:
        return None
    found = frappe.get_all(
        "Investigation",
        {**about, "stage": ("in", _OPEN)},
        pluck="name",
        order_by="creation desc",
        limit=1,
    )
    return found[0] if found else None
