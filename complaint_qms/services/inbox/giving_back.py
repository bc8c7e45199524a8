"""What came in for a complaint while it was merged into another one, and goes back to it when the two are separated."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services import writing
from complaint_qms.services.inbox.origin import evidence_rows
from complaint_qms.services.lifecycle.guard import changed_fields, stage_wanted
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Link, line

_WHY = "complaint was separated"


def take_back_files(complaint: Document) -> None:
    """Before a complaint that is separated from another one is stored: the files of its messages are evidence of it again."""
    before = complaint.get_doc_before_save()
    if not before or before.stage != "duplicate" or stage_wanted(complaint) == "duplicate":
        return
    items = _elsewhere(complaint.name)
    if not items or "evidence" in changed_fields(complaint, before):
        return  # what a request changes in it is refused
    named = {row.file for row in complaint.get("evidence")}
    complaint.extend("evidence", [row for row in evidence_rows(*items) if row["file"] not in named])
    complaint.flags.put_back_fields = ("evidence",)


def return_messages(complaint: Document) -> None:
    """After it: its messages, and what was answered to them, stand on it. Their files are struck out where they were taken in
    meanwhile, unless that has ended."""
    before = complaint.get_doc_before_save()
    if not before or before.stage != "duplicate" or complaint.stage == "duplicate":
        return
    items = _elsewhere(complaint.name)
    if not items:
        return
    carriers = sorted({item.complaint for item in items})
    values = {field: complaint.get(field) for field in ("company", "customer")} | {
        "complaint": complaint.name
    }
    writing.set_where("Communication", _mails(items, carriers), {"reference_name": complaint.name}, _WHY)
    writing.set_where(DOCTYPE, [item.name for item in items], values, _WHY, modified=True)
    _strike_out(items, carriers, complaint.name)
    back = line("{0} has back what came in for it while it was merged.", Link("Complaint", complaint.name))
    timeline.note("Complaint", dict.fromkeys([complaint.name, *carriers], back))


def _elsewhere(complaint: str) -> list[frappe._dict]:
    about = {"sent_about": complaint, "complaint": ("!=", complaint)}
    fields = ["name", "complaint", "communication", "payload_file", "received_at"]
    return [row for row in frappe.get_all(DOCTYPE, about, fields, order_by="name asc") if row.complaint]


def _mails(items: list[frappe._dict], carriers: list[str]) -> list[str]:
    """Their Communications and the answers to them, as far as nobody has put them on another record."""
    received = [item.communication for item in items if item.communication]
    stands = {"reference_doctype": "Complaint", "reference_name": ("in", carriers)}
    found = frappe.get_all(
        "Communication",
        stands,
        or_filters={"name": ("in", received), "in_reply_to": ("in", received)},
        pluck="name",
        order_by="name asc",
    )
    return found if received else []


def _strike_out(items: list[frappe._dict], carriers: list[str], complaint: str) -> None:
    files = {(row["file"], row["received_at"]) for row in evidence_rows(*items)}
    ended = {"name": ("in", carriers), "stage": ("in", list(COMPLAINT_ENDED))}
    kept = set(frappe.get_all("Complaint", ended, pluck="name", order_by="name asc"))
    rows = frappe.get_all(
        "Complaint Evidence",
        {"parenttype": "Complaint", "parent": ("in", carriers), "struck_out": 0},
        ["name", "parent", "file", "received_at"],
        order_by="name asc",
    )
    struck = [row for row in rows if row.parent not in kept and (row.file, row.received_at) in files]
    reason = _("It came in for {0}, which was separated.").format(complaint)
    values = {"struck_out": 1, "strike_reason": reason}
    writing.set_where("Complaint Evidence", [row.name for row in struck], values, _WHY)
    for name in sorted({row.parent for row in struck}):
        writing.touch("Complaint", name)
