"""Running complaints that follow another procedure from now on: what it would do to their due times, and doing it.

Each complaint is saved as a document, by the rules of whoever moves it: its checks, clocks and ladder follow, and its versions say so.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import escape_html, get_datetime, now_datetime

from complaint_qms.constants.clock import CLOCKS, OVERDUE
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.record import timeline
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.record.timeline import Link, line
from complaint_qms.services.sop import clock, reclock

SHOWN: Final = 200
"""Complaints whose effect is reckoned before anything is done."""


def effect_of(source: str, target: str, now: datetime | None = None) -> dict[str, Any]:
    """What moving the running complaints of `source` to `target` does: `count` of them all, and of the oldest `rows`, each with the due
    times that change, and whether it is overdue at once."""
    moment = now or now_datetime()
    names = _running(source)
    rows = []
    for start in range(0, min(len(names), SHOWN), reclock.BATCH):
        for doc in reclock.documents_of(names[start : min(start + reclock.BATCH, SHOWN)]):
            rows.append(_effect(doc, target, moment))
    changed = [row for row in rows if row["changes"]]
    return {
        "count": len(names),
        "reckoned": len(rows),
        "unchanged": len(rows) - len(changed),
        "overdue": sum(row["overdue"] for row in rows),
        "rows": sorted(changed, key=lambda row: (not row["overdue"], row["name"])),
    }


def request_move(source: str, target: str) -> int:
    """Have the running complaints of `source` moved to `target` by a job, as the user; how many they are.

    Raises:
        frappe.ValidationError: the target is the source, is out of use, or is another company's.
    """
    check_target(source, target)
    count = len(_running(source))
    if count:
        frappe.enqueue(
            "complaint_qms.services.sop.moving.move_complaints",
            queue="long",
            job_id=f"complaint_qms_move_{frappe.session.user}_{source}_{target}",
            deduplicate=True,
            source=source,
            target=target,
            enqueue_after_commit=True,
        )
    return count


def move_complaints(source: str, target: str) -> dict[str, int]:
    """Move the running complaints of `source`; how many were, and how many could not be. Killed in between, it may be asked again."""
    names = _running(source)

    def _move(some: list[str]) -> bool:
        (name,) = some
        doc = frappe.get_doc("Complaint", name, for_update=True)
        if doc.sop != source:
            return False  # somebody else was faster
        doc.sop = target
        doc.save()
        return True

    done = [
        in_parts([name], _move, "Complaint could not be moved to an SOP", lambda one: ("Complaint", one))
        for name in names
    ]
    counts = {"moved": done.count([True]), "failed": done.count([])}
    if not any(counts.values()):
        return counts
    told = line(
        "{0} running complaints moved here from {1}; {2} could not be.",
        counts["moved"],
        Link("Complaint SOP", source),
        counts["failed"],
    )
    timeline.note("Complaint SOP", {target: told})
    frappe.db.commit()
    return counts


def check_target(source: str, target: str) -> None:
    """Raises:
    frappe.ValidationError: the target is the source, is out of use, or is another company's.
    """
    if source == target:
        frappe.throw(_("Move To: choose another SOP than {0}.").format(frappe.bold(escape_html(source))))
    to = frappe.db.get_value("Complaint SOP", target, ["enabled", "company"], as_dict=True)
    if not to or not to.enabled:
        frappe.throw(_("Move To: {0} is not in use.").format(frappe.bold(escape_html(target))))
    if to.company and _others(source, to.company):
        frappe.throw(
            _("Move To: {0} is of {1} alone, and complaints of other companies follow {2}.").format(
                frappe.bold(escape_html(target)), escape_html(to.company), frappe.bold(escape_html(source))
            )
        )


def _running(source: str) -> list[str]:
    """Those that the user may see: whoever is kept to one company neither sees nor moves those of another."""
    filters = {"sop": source, "stage": ("in", COMPLAINT_UNENDED), "is_migrated": 0}
    return frappe.get_list("Complaint", filters, pluck="name", order_by="name asc", limit=0)


def _others(source: str, company: str) -> int:
    complaint = frappe.qb.DocType("Complaint")
    found = (
        frappe.qb.from_(complaint)
        .select(Count("*"))
        .where((complaint.sop == source) & complaint.stage.isin(COMPLAINT_UNENDED))
        .where((complaint.is_migrated == 0) & (complaint.company != company))
    ).run()
    return found[0][0]


def _effect(doc: Document, target: str, now: datetime) -> dict[str, Any]:
    before = {name: (doc.get(f"{name}_due"), doc.get(f"{name}_status")) for name in CLOCKS}
    doc.sop = target
    clock.refresh(doc, now)
    changes = []
    late = False
    for name in CLOCKS:
        old, new = before[name][0], doc.get(f"{name}_due")
        old, new = get_datetime(old) if old else None, get_datetime(new) if new else None
        if old != new:
            changes.append({"clock": name, "old": old, "new": new})
        runs_out = clock.clock_standing(doc, name, now) == OVERDUE
        late |= runs_out and not (old and old <= now)
    return {"name": doc.name, "subject": doc.subject, "stage": doc.stage, "changes": changes, "overdue": late}
