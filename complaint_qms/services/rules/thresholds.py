"""Thresholds of complaints about one batch, item or supplier's lot, by number or by rate: above one an investigation opens.

A job asks for each complaint that is new, or that names something else than it did. What stands above a threshold is kept: an
investigation opens as it gets there from below, once for each rise, however late or often the job runs and whatever else moved the figure.
Both sides of a rate are of the complaint's company: complaints received in the row's days, and units delivered less what came back,
of a batch or supplier's lot all, of an item those of the same days.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import cint, flt, get_datetime, now_datetime

from complaint_qms.constants.rules import LONGEST_HISTORY, NOT_COUNTED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.engine.trace import FAMILY, Genealogy, Lot, from_units, holders, movements
from complaint_qms.integrations.erpnext.companies import warehouses
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
from complaint_qms.services.transactions import without_deadlock

SUPPLIER_LOT: Final = "supplier_lot"
RATE: Final = "per_thousand"
_SEEN: Final = "complaint_qms_thresholds_seen"
_AGAIN: Final = "complaint_qms_thresholds_again"
_ABOVE: Final = "complaint_qms_thresholds_above"
_OVERLAP: Final = timedelta(minutes=2)
"""A complaint may be stored a while after the moment that it was registered at."""
_LONGEST_NOTE: Final = 50_000
"""Of a supplier's lot that went into more than that names, complaints alone say when it stands above no more."""
_TRIED_FOR: Final = timedelta(days=1)
_COUNTED_BY: Final = ("batch_no", "item_code", "serial_no", "company", "received_at")
_FIELDS: Final = ("name", "creation", "received_at", "company", "item_code", "batch_no")
_AUTHOR: Final = "Administrator"


@dataclass(frozen=True)
class Watched:
    """What complaints have in common.

    Attributes:
        fields: field of Complaint → values.
        delivered: units that the company delivered, less what came back.
    """

    name: str
    fields: dict[str, list[str]]
    delivered: float = 0


def any_set() -> bool:
    return bool(frappe.get_cached_doc(SETTINGS).get("thresholds"))


def forget_looks() -> None:
    """When the site has no thresholds any more: what is registered until it has some again is history."""
    marks.drop_marks([_SEEN])
    marks.drop_notes(note.name for group in (_AGAIN, _ABOVE) for note in marks.notes_of(group))


def is_above(row: Document | frappe._dict, count: int, delivered: float) -> bool:
    """Whether so many complaints about so many units that were delivered are above the threshold of a row."""
    if row.measure != RATE:
        return count >= flt(row.at_least)
    enough = delivered > 0 and count >= max(1, cint(row.fewest))
    return enough and count * 1000 / delivered >= flt(row.at_least)


def is_bought(found: Genealogy, lot: Lot) -> bool:
    moved: Iterable[Any] = found.movements.get(lot, ())
    return lot.is_tracked and any(one.step == movements.RECEIVED for one in moved)


def check_thresholds(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: with every row that counts nothing.
    """
    wrong = []
    if (
        not doc.get("thresholds")
        and doc.get_doc_before_save()
        and doc.get_doc_before_save().get("thresholds")
    ):
        forget_looks()
    for row in doc.get("thresholds") or []:
        place = _("{0}, row {1}").format(_("Thresholds", context=doc.doctype), row.idx)
        if told := wrong_least(row):
            wrong.append(told.format(place))
        if not 1 <= cint(row.days) <= LONGEST_HISTORY:
            wrong.append(
                _("{0}: In (Days) has to be a whole number from 1 to {1}.").format(place, LONGEST_HISTORY)
            )
    if wrong:
        refuse(*wrong)


def wrong_least(row: frappe._dict | Document) -> str:
    """What is wrong with the number that a row compares with, with a place for the row's name; empty when nothing is."""
    if flt(row.at_least) <= 0:
        return _("{0}: At Least has to be more than 0.")
    if row.measure != RATE and flt(row.at_least) % 1:
        return _("{0}: At Least has to be a whole number where complaints are counted.")
    return ""


def ask_again(doc: Document) -> None:
    """After a save of a complaint: what it is counted by is not what it was, so that it is asked like a new one."""
    before = doc.get_doc_before_save()
    back = before and before.stage in NOT_COUNTED and doc.stage not in NOT_COUNTED
    if any_set() and (back or any(doc.has_value_changed(field) for field in _COUNTED_BY)):
        marks.add_note(_AGAIN, doc.name)


def ask_new_complaints(now: datetime | None = None) -> int:
    """Ask for all complaints that were registered or changed since the last look, oldest first; how many were asked.
    Commits after each; one that fails is asked again for a day."""
    now = now or now_datetime()
    seen = get_datetime(marks.mark_of(_SEEN) or now)
    again: dict[str, list[frappe._dict]] = defaultdict(list)
    for note in marks.notes_of(_AGAIN):
        again[note.defvalue].append(note)
    without_deadlock(partial(_let_fall, seen, now))
    frappe.db.commit()
    rows = _to_ask(seen - _OVERLAP, now, list(again))
    waiting = [row.name for row in rows]
    for row in rows:
        waiting.remove(row.name)
        # What was changed counts as it is now, what is new as it was on the day that it came in.
        row.moment = now if row.name in again else min(row.creation, now)
        try:
            without_deadlock(partial(_ask, row, list(waiting)))
            marks.drop_notes(note.name for note in again[row.name])
        except Exception as error:
            frappe.db.rollback()
            _keep_for_later(row.name, again[row.name], now, error)
        frappe.db.commit()
    gone = set(again) - {row.name for row in rows}
    marks.drop_notes(note.name for name in gone for note in again[name])
    marks.set_mark(_SEEN, str(now))
    frappe.db.commit()
    return len(rows)


def _to_ask(since: datetime, now: datetime, again: list[str]) -> list[frappe._dict]:
    complaint = frappe.qb.DocType(COMPLAINT)
    query = frappe.qb.from_(complaint).select(*(complaint[name] for name in _FIELDS))
    new = (complaint.creation >= since) & (complaint.creation <= now)
    query = query.where(new | complaint.name.isin(again) if again else new)
    query = query.where(complaint.stage.notin(NOT_COUNTED) & (complaint.is_migrated == 0))
    return query.orderby(complaint.creation).orderby(complaint.name).run(as_dict=True)


def _keep_for_later(name: str, noted: list[frappe._dict], now: datetime, error: Exception) -> None:
    if not noted:
        marks.add_note(_AGAIN, name)
    elif noted[0].creation > now - _TRIED_FOR:
        return  # told when it failed first
    else:
        marks.drop_notes(note.name for note in noted)
    frappe.log_error(title="Threshold could not be looked at", message=f"{name}: {way_of(error)}")


def _let_fall(seen: datetime, now: datetime) -> None:
    """What stood above its threshold and does so no more, without what came in since: the next rise is a new one."""
    rows = {row.name: row for row in _rows()}
    fallen = []
    for note, kept in _standing().values():
        row = rows.get(kept["row"])
        if row and row.measure == RATE and row.by != SUPPLIER_LOT:
            kept["delivered"] = _delivered(row, kept["name"], kept["company"], now)
        subject = Watched(kept["name"], kept["fields"], kept["delivered"])
        if row and not subject.fields:
            continue
        counted = _counted(kept["company"], subject, _since(row, now), until=seen) if row else 0
        if not row or not is_above(row, counted, subject.delivered):
            fallen.append(note)
    marks.drop_notes(fallen)


def _ask(about: frappe._dict, waiting: list[str]) -> None:
    family: list[Watched] | None = None
    standing = _standing()
    for row in _rows():
        if (row.company and row.company != about.company) or (
            get_datetime(about.received_at) <= _since(row, about.moment)
        ):
            continue
        if row.by == SUPPLIER_LOT:
            family = _supplier_lots(about) if family is None else family
            subjects = family
        else:
            subjects = list(_named(about, row))
        for subject in subjects:
            count = _counted(about.company, subject, _since(row, about.moment), without=waiting)
            note = standing.get((row.name, about.company, subject.name), ("", {}))[0]
            above = is_above(row, count, subject.delivered)
            if above and not note:
                _rise(about, row, subject, count)
            elif note and not above and not waiting:
                marks.drop_notes([note])


def _rise(about: frappe._dict, row: Document, subject: Watched, count: int) -> None:
    kept = {"row": row.name, "company": about.company, **asdict(subject)}
    if len(json.dumps(kept)) > _LONGEST_NOTE:
        kept["fields"] = {}
    marks.add_note(_ABOVE, json.dumps(kept))
    if investigations_of([about.name])[about.name]:
        return
    because = line(
        "{0} complaints in {1} days about {2} {3}", count, cint(row.days), Word(row.by), Text(subject.name)
    )
    done = start_for(about.name, because)
    told = line("Threshold ({0}). {1}", because, done)
    timeline.note(COMPLAINT, {about.name: told}, now_datetime(), _AUTHOR)


def _rows() -> list[Document]:
    return frappe.get_cached_doc(SETTINGS).get("thresholds") or []


def _standing() -> dict[tuple[str, str, str], tuple[str, dict[str, Any]]]:
    """(row, company, subject) → (note, what is kept of it) of what stands above its threshold."""
    found = {}
    for note in marks.notes_of(_ABOVE):
        kept = json.loads(note.defvalue)
        found[kept["row"], kept["company"], kept["name"]] = note.name, kept
    return found


def _since(row: Document, moment: datetime) -> datetime:
    return moment - timedelta(days=cint(row.days))


def _counted(
    company: str,
    subject: Watched,
    since: datetime,
    *,
    without: list[str] | None = None,
    until: datetime | None = None,
) -> int:
    """Complaints of the company with the same subject that were received since.

    Args:
        without: those that are asked afterwards.
        until: registered by then.
    """
    complaint = frappe.qb.DocType(COMPLAINT)
    common = [complaint[field].isin(values) for field, values in subject.fields.items() if values]
    alike = common[0]
    for one in common[1:]:
        alike |= one
    query = frappe.qb.from_(complaint).select(Count("*")).where(alike & (complaint.received_at > since))
    query = query.where((complaint.company == company) & complaint.stage.notin(NOT_COUNTED))
    if without:
        query = query.where(complaint.name.notin(without))
    if until:
        query = query.where(complaint.creation <= until)
    return query.run()[0][0]


def _named(about: frappe._dict, row: Document) -> Iterator[Watched]:
    if name := about.get(row.by):
        delivered = _delivered(row, name, about.company, about.moment) if row.measure == RATE else 0
        yield Watched(name, {row.by: [name]}, delivered)


def _delivered(row: Document, name: str, company: str, moment: datetime) -> float:
    """Of an item in the days that complaints are counted of; of a batch all: it is delivered once, and complained about later."""
    start = date(1900, 1, 1) if row.by == "batch_no" else _since(row, moment).date()
    return units_delivered(start, moment.date(), company=company, **{row.by: name})


def _supplier_lots(about: frappe._dict) -> list[Watched]:
    """Lots of suppliers that the complaint's goods are made of, each with everything that it went into; nothing where it leads to none."""
    refused = (frappe.ValidationError, frappe.PermissionError)
    try:
        with messages_dropped_on(*refused):
            found = trace(start_of(COMPLAINT, about.name), FAMILY).genealogy
    except refused:
        return []
    lots = [lot for lot in sorted(found.reached_up) if is_bought(found, lot)]
    if not lots:
        return []
    moved = [one for some in found.movements.values() for one in some]
    places = warehouses(one.warehouse for one in moved)
    own = {name for name, place in places.items() if place.company == about.company}
    others = frozenset(one.id for one in moved if one.warehouse not in own)
    return [_subject(found, lot, others) for lot in lots]


def _subject(found: Genealogy, lot: Lot, others: frozenset[str]) -> Watched:
    reached, waiting = {lot}, [lot]
    while waiting:
        for edge in found.edges_down(waiting.pop()):
            if edge.target not in reached:
                reached.add(edge.target)
                waiting.append(edge.target)
    delivered = sum(one.held for one in holders(found, sorted(reached), others))
    named = {
        "batch_no": sorted({one.batch for one in reached if one.batch and not one.serial}),
        "serial_no": sorted({one.serial for one in reached if one.serial}),
    }
    return Watched(lot.batch or lot.serial, named, from_units(delivered))
