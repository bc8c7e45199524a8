"""Thresholds of complaints about one batch, item or supplier's lot, by number or by rate: above one an investigation opens.

Each complaint is asked once, by a job, for what was counted when it came in: those registered before it and itself. An investigation
opens where the threshold holds with it and did not without it: once for each rise, however late or often the job runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import cint, flt, get_datetime, now_datetime

from complaint_qms.constants.rules import LONGEST_HISTORY, NOT_COUNTED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.trace import FAMILY, Genealogy, Lot, from_units, holders, movements
from complaint_qms.integrations.erpnext.exposure import units_delivered
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services import marks
from complaint_qms.services.lifecycle.links import investigations_of
from complaint_qms.services.record import timeline
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.timeline import Text, Word, line
from complaint_qms.services.rules.investigations import start_for
from complaint_qms.services.trace.starts import COMPLAINT, start_of
from complaint_qms.services.trace.tracing import trace

SUPPLIER_LOT: Final = "supplier_lot"
RATE: Final = "per_thousand"
_SEEN: Final = "complaint_qms_thresholds_seen"
_LONGEST_GAP: Final = timedelta(days=1)
"""What is older when thresholds are set for the first time, or the scheduler stood still, is history."""
_OVERLAP: Final = timedelta(minutes=2)
"""A complaint may be stored a while after the moment that it was registered at."""
_FIELDS: Final = ("name", "creation", "received_at", "company", "item_code", "batch_no")
_AUTHOR: Final = "Administrator"


@dataclass(frozen=True)
class Watched:
    """What complaints have in common.

    Attributes:
        fields: field of Complaint → values.
        delivered: units that reached customers.
    """

    name: str
    fields: dict[str, list[str]]
    delivered: float = 0


def any_set() -> bool:
    return bool(frappe.get_cached_doc(SETTINGS).get("thresholds"))


def forget_looks() -> None:
    """When the app leaves the site."""
    marks.drop_marks([_SEEN])


def check_thresholds(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: with every row that counts nothing.
    """
    wrong = []
    for row in doc.get("thresholds") or []:
        place = _("{0}, row {1}").format(_("Thresholds", context=doc.doctype), row.idx)
        if flt(row.at_least) <= 0:
            wrong.append(_("{0}: At Least has to be more than 0.").format(place))
        if not 1 <= cint(row.days) <= LONGEST_HISTORY:
            wrong.append(
                _("{0}: In (Days) has to be a whole number from 1 to {1}.").format(place, LONGEST_HISTORY)
            )
    if wrong:
        refuse(*wrong)


def ask_new_complaints(now: datetime | None = None) -> int:
    """Ask for all complaints registered since the last look, oldest first; how many were asked. Commits after each."""
    now = now or now_datetime()
    since = max(get_datetime(marks.mark_of(_SEEN) or now) - _OVERLAP, now - _LONGEST_GAP)
    complaint = frappe.qb.DocType(COMPLAINT)
    query = frappe.qb.from_(complaint).select(*(complaint[name] for name in _FIELDS))
    query = query.where((complaint.creation >= since) & (complaint.creation <= now))
    query = query.where(complaint.stage.notin(NOT_COUNTED) & (complaint.is_migrated == 0))
    rows = query.orderby(complaint.creation).orderby(complaint.name).run(as_dict=True)
    for row in rows:
        try:
            _ask(row)
        except Exception as error:
            frappe.db.rollback()
            frappe.log_error(title="Threshold could not be looked at", message=f"{row.name}: {way_of(error)}")
        marks.set_mark(_SEEN, str(row.creation))
        frappe.db.commit()
    marks.set_mark(_SEEN, str(now))
    frappe.db.commit()
    return len(rows)


def _ask(about: frappe._dict) -> None:
    family: list[Watched] | None = None
    for row in frappe.get_cached_doc(SETTINGS).get("thresholds") or []:
        if row.company and row.company != about.company:
            continue
        if row.by == SUPPLIER_LOT:
            family = _supplier_lots(about.name) if family is None else family
            subjects = family
        else:
            subjects = list(_named(about, row))
        for subject in subjects:
            _open_if_risen(about, row, subject)


def _open_if_risen(about: frappe._dict, row: Document, subject: Watched) -> None:
    count = _counted(about, subject, cint(row.days))
    if not _holds(row, count, subject) or _holds(row, count - 1, subject):
        return
    if investigations_of([about.name])[about.name]:
        return
    because = line(
        "{0} complaints in {1} days about {2} {3}", count, cint(row.days), Word(row.by), Text(subject.name)
    )
    done = start_for(about.name, because)
    told = line("Threshold ({0}). {1}", because, done)
    timeline.note(COMPLAINT, {about.name: told}, now_datetime(), _AUTHOR)


def _holds(row: Document, count: int, subject: Watched) -> bool:
    if row.measure != RATE:
        return count >= flt(row.at_least)
    enough = subject.delivered > 0 and count >= max(1, cint(row.fewest))
    return enough and count * 1000 / subject.delivered >= flt(row.at_least)


def _counted(about: frappe._dict, subject: Watched, days: int) -> int:
    """Complaints with the same subject, this one and those registered before it."""
    complaint = frappe.qb.DocType(COMPLAINT)
    common = [complaint[field].isin(values) for field, values in subject.fields.items() if values]
    alike = common[0]
    for one in common[1:]:
        alike |= one
    before = (complaint.creation < about.creation) | (
        (complaint.creation == about.creation) & (complaint.name <= about.name)
    )
    query = frappe.qb.from_(complaint).select(Count("*")).where(alike & before)
    query = query.where((complaint.company == about.company) & complaint.stage.notin(NOT_COUNTED))
    query = query.where(complaint.received_at > get_datetime(about.received_at) - timedelta(days=days))
    return query.run()[0][0]


def _named(about: frappe._dict, row: Document) -> Iterator[Watched]:
    name = about.get(row.by)
    if not name:
        return
    delivered = 0.0
    if row.measure == RATE:
        end = get_datetime(about.received_at).date()
        start = date(1900, 1, 1) if row.by == "batch_no" else end - timedelta(days=cint(row.days))
        delivered = units_delivered(start, end, company=about.company, **{row.by: name})
    yield Watched(name, {row.by: [name]}, delivered)


def _supplier_lots(complaint: str) -> list[Watched]:
    """Lots of suppliers that the complaint's goods are made of, each with everything that it went into; nothing where it leads to none."""
    refused = (frappe.ValidationError, frappe.PermissionError)
    try:
        with messages_dropped_on(*refused):
            found = trace(start_of(COMPLAINT, complaint), FAMILY).genealogy
    except refused:
        return []
    return [_subject(found, lot) for lot in sorted(found.reached_up) if _is_bought(found, lot)]


def _is_bought(found: Genealogy, lot: Lot) -> bool:
    moved: Iterable[Any] = found.movements.get(lot, ())
    return lot.is_tracked and any(one.step == movements.RECEIVED for one in moved)


def _subject(found: Genealogy, lot: Lot) -> Watched:
    reached, waiting = {lot}, [lot]
    while waiting:
        for edge in found.edges_down(waiting.pop()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    delivered = sum(one.delivered for one in holders(found, sorted(reached), frozenset()))
    named = {
        "batch_no": sorted({one.batch for one in reached if one.batch and not one.serial}),
        "serial_no": sorted({one.serial for one in reached if one.serial}),
    }
    return Watched(lot.batch or lot.serial, named, from_units(delivered))
