"""Gives complaints their handler where the SOP says how one is found, and keeps why they have the one they have.

At the end of a save, so that an Assignment Rule of the framework, which assigns in its midst, and rules of the site go first: whoever has
named somebody by then is not overruled. A complaint for which nobody was free is looked at again by the sweep.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import get_fullname, now_datetime

from complaint_qms.constants.assigning import REASON
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.engine.message import Message
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.people import assignment
from complaint_qms.services.record import timeline
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.record.timeline import Text, line, told
from complaint_qms.services.sop import procedure
from complaint_qms.services.sop.finding import FoundHandler, find_handler

_WHY: Final = "found by the SOP"
_MOST: Final = 500
_LAST: Final = "complaint_qms_last_without_handler"
_SAVED: Final = ("complaint_owner", REASON, "modified", "modified_by")


def after_save(doc: Document, by_rule: bool) -> None:
    """The end of a complaint's save: find a handler where its SOP says how, and keep the reason.

    Args:
        by_rule: an Assignment Rule named somebody in the midst of it.
    """
    if doc.flags.by_import or doc.is_migrated or doc.stage not in COMPLAINT_OPEN:
        return
    if by_rule and doc.complaint_owner and (rule := _rule_of(doc)):
        _keep(doc, doc.complaint_owner, line("{0} “{1}”", "Assignment Rule", Text(rule)))
        return
    before = doc.get_doc_before_save()
    moved = bool(before) and before.stage != doc.stage and before.stage in COMPLAINT_OPEN
    if not doc.complaint_owner or moved:
        _assign(doc, now_datetime(), moved)


def proposal(doc: Document) -> FoundHandler | None:
    """Whom the SOP of a complaint that is being entered would give it to; None where it says nothing of that."""
    row = _row_of(doc.sop or procedure.choose_sop(doc), COMPLAINT_OPEN[0])
    return find_handler(doc, row, now_datetime(), take=False) if row else None


def found_for(doc: Document, now: datetime, without: str) -> FoundHandler | None:
    """Whom the SOP gives a complaint to that somebody is to hand on; None where it says nothing of that."""
    row = _row_of(doc.sop, doc.stage)
    return find_handler(doc, row, now, without=without) if row else None


def why_handled(doc: Document) -> str:
    """Why a complaint has its handler, or why it has none, in the present language; empty where somebody named them."""
    try:
        kept = json.loads(doc.get(REASON) or "{}")
    except ValueError:
        return ""
    message = timeline.noted(kept.get("why")) if kept.get("user") == (doc.complaint_owner or None) else None
    return told(message) if message else ""


def may_find_another(complaint: frappe._dict) -> bool:
    """Whether the SOP of a complaint that has just moved may give it another handler; of `sop`, `stage` and `complaint_owner`."""
    row = _row_of(complaint.sop, complaint.stage)
    return bool(row) and (not complaint.complaint_owner or bool(row.assign_anew))


def finding_another(docs: Iterable[Document]) -> set[str]:
    """Names of those complaints, all of which `may_find_another`, that get one at the end of their save. Somebody is looked for for each."""
    asked = list(docs)
    ruled, now, found = _ruled([doc.name for doc in asked]), now_datetime(), set()
    with acting_as():
        for doc in asked:
            if (doc.name, doc.complaint_owner) in ruled:
                continue
            handler = find_handler(doc, _row_of(doc.sop, doc.stage), now, take=False)
            if handler.user and handler.user != doc.complaint_owner:
                found.add(doc.name)
    return found


def assign_waiting(now: datetime) -> int:
    """Look again for somebody for complaints without a handler whose stage says how one is found; how many got one. Commits.

    The oldest first; where more wait than one run looks at, the next goes on behind the last. A stage of which nobody is free is left
    alone for the rest of the run.
    """
    count, idle = 0, set()
    for row in _round():
        if (row.sop, row.stage) in idle:
            continue
        (found,) = in_parts(
            [row.name],
            lambda some: _look_again(some[0], now),
            "No handler could be looked for",
            lambda one: ("Complaint", one),
        ) or [None]
        if found and found.idle:
            idle.add((row.sop, row.stage))
        count += bool(found and found.user)
    return count


def look_again(name: str, now: datetime) -> bool:
    """Look for somebody for one complaint that may have no handler; whether it got one."""
    found = _look_again(name, now)
    return bool(found and found.user)


def _look_again(name: str, now: datetime) -> FoundHandler | None:
    doc = frappe.get_doc("Complaint", name, for_update=True)
    return None if doc.complaint_owner else _assign(doc, now, moved=False)


def _assign(doc: Document, now: datetime, moved: bool) -> FoundHandler | None:
    row = _row_of(doc.sop, doc.stage)
    if not row or (doc.complaint_owner and not (moved and row.assign_anew)):
        return None
    if doc.complaint_owner and _rule_of(doc):
        return None
    with acting_as():
        found = find_handler(doc, row, now)
        if found.user and found.user != doc.complaint_owner:
            by = {"sop": doc.sop, "why": timeline.data_of(found.why)}
            assignment.reassign(doc, found.user, _WHY, by_procedure=by)
            name = get_fullname(found.user)
            timeline.note_on(doc, line("{0} is the handler: {1}", Text(name), found.why))
        _keep(doc, found.user, found.why)
    return found


def _keep(doc: Document, user: str | None, why: Message) -> None:
    kept = json.dumps({"user": user, "why": timeline.data_of(why)}, ensure_ascii=False)
    if doc.get(REASON) != kept:
        writing.set_values("Complaint", doc.name, {REASON: kept}, _WHY)
    doc.update(frappe.db.get_value("Complaint", doc.name, _SAVED, as_dict=True))


def _row_of(sop: str | None, stage: str) -> Document | None:
    """What an SOP says of a stage, where that is how a handler is found."""
    rows = frappe.get_cached_doc("Complaint SOP", sop).stages if sop else ()
    return next((row for row in rows if row.stage == stage and row.assign_by), None)


def _rule_of(doc: Document) -> str | None:
    """The Assignment Rule that gave the handler of a complaint their task."""
    about: dict[str, Any] = {
        "reference_type": doc.doctype,
        "reference_name": doc.name,
        "allocated_to": doc.complaint_owner,
        "status": "Open",
    }
    return frappe.db.get_value("ToDo", about, "assignment_rule")


def _ruled(complaints: list[str]) -> set[tuple[str, str]]:
    """Those of the complaints to whose handler an Assignment Rule gave the task, with the handler; one query."""
    if not complaints:
        return set()
    about = {"reference_type": "Complaint", "reference_name": ("in", complaints), "status": "Open"}
    fields = ["reference_name", "allocated_to", "assignment_rule"]
    rows = frappe.get_all("ToDo", about, fields, order_by="name asc")
    return {(row.reference_name, row.allocated_to) for row in rows if row.assignment_rule}


def _round() -> list[frappe._dict]:
    """Complaints that this run looks at. Where it ended is kept in the cache: without it the round begins anew."""
    last = frappe.cache.get_value(_LAST)
    rows = (_waiting(last) if last else []) or _waiting(None)
    more = len(rows) == _MOST
    frappe.cache.set_value(_LAST, (rows[-1].received_at, rows[-1].name) if more else None)
    return rows


def _waiting(last: tuple[datetime, str] | None) -> list[frappe._dict]:
    complaint, stage = frappe.qb.DocType("Complaint"), frappe.qb.DocType("Complaint SOP Stage")
    query = (
        frappe.qb.from_(complaint)
        .inner_join(stage)
        .on((stage.parent == complaint.sop) & (stage.stage == complaint.stage))
        .select(complaint.name, complaint.sop, complaint.stage, complaint.received_at)
        .where((stage.parenttype == "Complaint SOP") & (Coalesce(stage.assign_by, "") != ""))
        .where(complaint.stage.isin(list(COMPLAINT_OPEN)) & (complaint.is_migrated == 0))
        .where(Coalesce(complaint.complaint_owner, "") == "")
        .orderby(complaint.received_at, complaint.name, order=Order.asc)
        .limit(_MOST)
    )
    if last:
        moment, name = last
        behind = (complaint.received_at == moment) & (complaint.name > name)
        query = query.where((complaint.received_at > moment) | behind)
    return query.run(as_dict=True)
