"""What came in for a complaint while it was merged into another one, and goes back to it when the two are separated."""

from __future__ import annotations

import json

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import split_emails

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD
from complaint_qms.constants.inbox import DOCTYPE
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services import writing
from complaint_qms.services.correspondence.addresses import addresses_of_complainant, bare
from complaint_qms.services.inbox.origin import evidence_rows
from complaint_qms.services.lifecycle.guard import changed_fields, stage_wanted
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import Link, line

_WHY = "complaint was separated"
_LISTED = 10
_READERS = ("recipients", "cc", "bcc")


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
    meanwhile, unless that has ended. Mails that were written to its complainant meanwhile go along where they answer to a message of it;
    others stay and are told of."""
    before = complaint.get_doc_before_save()
    if not before or before.stage != "duplicate" or complaint.stage == "duplicate":
        return
    items = _elsewhere(complaint.name)
    carriers = sorted({item.complaint for item in items} | _originals(before) - {None, ""})
    if items:
        _return_items(complaint, items, carriers)
    certain, unsure = _written_meanwhile(complaint, before, carriers)
    writing.set_where("Communication", certain, {"reference_name": complaint.name}, _WHY)
    this, places = Link("Complaint", complaint.name), [complaint.name, *carriers]
    if items or certain:
        back = line("{0} has back what came in for it while it was merged.", this)
        timeline.note("Complaint", dict.fromkeys(places, back))
    if unsure:
        listed = [Link("Communication", name) for name in unsure[:_LISTED]]
        stay = line(
            "Mails to the complainant of {0}, written while it was merged, may be about either complaint and stay where they are: {1}",
            this,
            listed,
        )
        timeline.note("Complaint", dict.fromkeys(places, stay))


def strike_out(items: list[frappe._dict], carriers: list[str], reason: str, why: str) -> None:
    """Strike the files of items out on complaints that have not ended, and that took them in as evidence.

    Args:
        reason: as it stands beside each.
        why: for the trail.
    """
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
    values = {"struck_out": 1, "strike_reason": reason}
    writing.set_where("Complaint Evidence", [row.name for row in struck], values, why)
    for name in sorted({row.parent for row in struck}):
        writing.touch("Complaint", name)


def _return_items(complaint: Document, items: list[frappe._dict], carriers: list[str]) -> None:
    values = {field: complaint.get(field) for field in ("company", "customer")} | {
        "complaint": complaint.name
    }
    writing.set_where("Communication", _mails(items, carriers), {"reference_name": complaint.name}, _WHY)
    writing.set_where(DOCTYPE, [item.name for item in items], values, _WHY, modified=True)
    reason = _("It came in for {0}, which was separated.").format(complaint.name)
    strike_out(items, carriers, reason, _WHY)


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


def _written_meanwhile(
    complaint: Document, before: Document, carriers: list[str]
) -> tuple[list[str], list[str]]:
    """Mails to the complainant that staff wrote on what a complaint was merged into, while it was: those that are its own beyond doubt, in
    answer to a message of it and, but for a copy to staff, to nobody else, and the others."""
    own = addresses_of_complainant(complaint)
    if not own or not before.closed_at:
        return [], []
    rows = frappe.get_all(
        "Communication",
        {
            "reference_doctype": "Complaint",
            "reference_name": ("in", carriers),
            "communication_type": "Communication",
            "communication_medium": "Email",
            "sent_or_received": "Sent",
            "communication_date": (">=", before.closed_at),
            AUTOMATIC_FIELD: ("is", "not set"),
        },
        ["name", *_READERS, "in_reply_to"],
        or_filters=[[field, "like", f"%{address}%"] for field in _READERS for address in sorted(own)],
        order_by="communication_date asc, name asc",
    )
    to = {
        row.name: {bare(one) for field in _READERS for one in split_emails(row[field] or "")} - {""}
        for row in rows
    }
    rows = [row for row in rows if to[row.name] & own]
    asked = sorted({row.in_reply_to for row in rows if row.in_reply_to})
    about = {
        "name": ("in", asked),
        "reference_doctype": "Complaint",
        "reference_name": ("in", [complaint.name, *carriers]),
    }
    found = frappe.get_all("Communication", about, ["name", "reference_name"]) if asked else []
    answered = {row.name: row.reference_name for row in found}
    of = {row.name: answered.get(row.in_reply_to) for row in rows}
    ours = _of_staff({address for row in rows for address in to[row.name] - own})
    certain = [name for name, told in of.items() if told == complaint.name and to[name] <= own | ours]
    return certain, [name for name, told in of.items() if name not in certain and told not in carriers]


def _originals(before: Document) -> set[str]:
    """What a complaint was merged into, and each that this was merged into in its turn since: a version says so."""
    found = {before.duplicate_of}
    if before.closed_at:
        about = {
            "ref_doctype": "Complaint",
            "docname": before.name,
            "creation": (">=", before.closed_at),
            "data": ("like", '%"duplicate_of"%'),
        }
        for data in frappe.get_all("Version", about, pluck="data", order_by="name asc"):
            changed = json.loads(data).get("changed") or []
            found |= {one for field, *both in changed if field == "duplicate_of" for one in both}
    return found


def _of_staff(addresses: set[str]) -> set[str]:
    """Those that are a user's of the desk."""
    if not addresses:
        return set()
    staff = {"email": ("in", sorted(addresses)), "user_type": "System User"}
    return {email.lower() for email in frappe.get_all("User", staff, pluck="email", order_by="name asc")}
