"""A threshold asked of the site's own past: when it would have risen, and on what. Writes nothing.

Complaints count by the day on which they were received, and as what they name today. Deliveries and returns are those until each day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from time import perf_counter
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint, flt, format_datetime

from complaint_qms.constants import rules
from complaint_qms.constants.rules import LONGEST_HISTORY, NOT_COUNTED
from complaint_qms.engine.rules.rises import ByDay, Happening, Rise, rises
from complaint_qms.engine.trace import DOWN, UP, Genealogy, Lot, from_units, trace_lots
from complaint_qms.engine.trace.movements import CONSUMED, DELIVERED, RETURNED
from complaint_qms.integrations.erpnext.companies import warehouses
from complaint_qms.integrations.erpnext.exposure import deliveries_by_day
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.permissions.query import MatchCondition, list_condition
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import read_values, refuse
from complaint_qms.services.record.scalars import shown
from complaint_qms.services.rules.thresholds import RATE, SUPPLIER_LOT, is_above, is_bought, wrong_least
from complaint_qms.services.rules.trial import months_between
from complaint_qms.services.trace.labels import lot_kind, lot_name
from complaint_qms.services.trace.starts import COMPLAINT
from complaint_qms.services.trace.tracing import SeenLedger

_KINDS: Final = {"batch_no": "Batch", "item_code": "Item"}
MEASURES: Final = ("complaints", RATE)
_FIELDS: Final = ("name", "company", "received_at", "item_code", "batch_no", "serial_no", "is_migrated")
_THRESHOLD: Final = "Investigation Threshold"
_SENT: Final = ("by", "measure", "at_least", "days", "fewest", "company")
_FOREVER: Final = date(1900, 1, 1)

Subject = tuple[str, str, str]
"""(company, DocType, name)"""


def on_the_past(sent: Mapping[str, Any], days: int, now: datetime) -> dict[str, Any]:
    """What one row of the thresholds would have done in the last days, of the complaints that the user's own list holds.

    Returns:
        {asked: complaints looked at, risen, days, since, months: [{month, fired}], subjects: [{doctype, name, company, risen}] (the most
        often first), rows: [{complaint, subject, at, doctype, name, company, count, delivered}] (the newest), is_cut: there are more
        complaints than a trial looks at, so that it judges fewer days (`days`, from `since` on), is_part: not all that goods went into
        was followed, seconds}

    Raises:
        frappe.ValidationError: the row counts nothing; the sentence names the field.
    """
    begun, row = perf_counter(), _row(sent)
    since = now - timedelta(days=days)
    complaints, is_cut = _complaints(row, since - timedelta(days=row.days), now)
    if is_cut:
        # Before the first of those that are left nothing is known, so that a count is whole a window later.
        since = min(now, complaints[0].received_at + timedelta(days=row.days))
    subjects, exposure, is_part = _WAYS[row.by](row, complaints, now)
    found: list[tuple[Rise, Subject]] = []
    for subject, happened in subjects.items():
        above = partial(_is_above, row, exposure.get(subject))
        found += [(rise, subject) for rise in rises(happened, since, row.days, above)]
    found.sort(key=lambda pair: (pair[0].at, pair[0].name, pair[1]))
    months = Counter(f"{rise.at:%Y-%m}" for rise, _subject in found)
    often = Counter(subject for _rise, subject in found).most_common(rules.MOST_SHOWN)
    return {
        "asked": sum(one.received_at > since for one in complaints),
        "risen": len(found),
        "days": -((since - now) // timedelta(days=1)),
        "since": format_datetime(since),
        "months": [{"month": month, "fired": months[month]} for month in months_between(since, now)] if found else [],
        "subjects": [{"doctype": kind, "name": name, "company": company, "risen": count} for (company, kind, name), count in often],
        "rows": _rows(row, found[: -rules.MOST_SHOWN - 1 : -1], exposure),
        "is_cut": is_cut,
        "is_part": is_part,
        "seconds": round(perf_counter() - begun, 2),
    }  # fmt: skip


def _row(sent: Mapping[str, Any]) -> frappe._dict:
    """The row as it counts.

    Raises:
        frappe.ValidationError: it counts nothing.
    """
    given = {name: sent[name] for name in _SENT if sent.get(name) not in (None, "")}
    sent = read_values(_THRESHOLD, given)
    row = frappe._dict(
        by=sent.get("by"),
        measure=sent.get("measure") or MEASURES[0],
        at_least=flt(sent.get("at_least")),
        days=cint(sent.get("days")),
        fewest=cint(sent.get("fewest")),
        company=sent.get("company") or "",
    )
    place = _("Thresholds")
    if row.by not in _WAYS or row.measure not in MEASURES:
        refuse(_("{0}: choose what is counted, and how.").format(place))
    if told := wrong_least(row):
        refuse(told.format(place))
    if not 1 <= row.days <= LONGEST_HISTORY:
        refuse(_("{0}: In (Days) has to be a whole number from 1 to {1}.").format(place, LONGEST_HISTORY))
    if row.fewest < 0:
        refuse(_("{0}: Complaints at Least must not be below 0.").format(place))
    if row.company and not frappe.db.exists("Company", row.company):
        refuse(_("{0} “{1}” is not there, or not open to you.").format(_("Company"), shown(row.company)))
    return row


def _complaints(row: frappe._dict, since: datetime, now: datetime) -> tuple[list[frappe._dict], bool]:
    """Oldest first; whether older ones are left out."""
    complaint = frappe.qb.DocType(COMPLAINT)
    query = frappe.qb.from_(complaint).select(*(complaint[name] for name in _FIELDS))
    query = query.where((complaint.received_at > since) & (complaint.received_at <= now))
    query = query.where(complaint.stage.notin(NOT_COUNTED))
    if row.company:
        query = query.where(complaint.company == row.company)
    if row.by != SUPPLIER_LOT:
        query = query.where(complaint[row.by].isnotnull() & (complaint[row.by] != ""))
    if condition := list_condition(COMPLAINT, frappe.session.user):
        query = query.where(MatchCondition(condition))
    newest = query.orderby(complaint.received_at, order=frappe.qb.desc).orderby(complaint.name)
    found = newest.limit(rules.MOST_TRIED + 1).run(as_dict=True)
    return found[: rules.MOST_TRIED][::-1], len(found) > rules.MOST_TRIED


Happened = dict[Subject, list[Happening]]
Exposure = dict[Subject, ByDay]


def _named(
    row: frappe._dict, complaints: list[frappe._dict], now: datetime
) -> tuple[Happened, Exposure, bool]:
    """By the batch or item that complaints name."""
    found: Happened = defaultdict(list)
    for one in complaints:
        found[one.company, _KINDS[row.by], one[row.by]].append(_happening(one))
    if row.measure != RATE:
        return found, {}, False
    names = {name for (_company, _kind, name), some in found.items() if len(some) >= max(1, row.fewest)}
    delivered = deliveries_by_day(row.by, names, now.date())
    exposure = {(company, _KINDS[row.by], name): ByDay(some) for (company, name), some in delivered.items()}
    return found, exposure, False


def _of_suppliers(
    row: frappe._dict, complaints: list[frappe._dict], now: datetime
) -> tuple[Happened, Exposure, bool]:
    """By the lots of suppliers that the complained-about goods are made of: one walk up for all of them, one down for what was delivered."""
    known = known_lots(
        {one.batch_no for one in complaints if one.batch_no},
        {one.serial_no for one in complaints if one.serial_no and not one.batch_no},
    )
    lot_of = {one.name: known[key] for one in complaints if (key := _key(one)) in known}
    ledger = SeenLedger(StockSight(frappe.session.user), "")
    lots = ledger.sight.lots(dict.fromkeys(lot.folded() for lot in lot_of.values()))
    up = trace_lots(lots, UP, ledger)
    bought = {lot: [one for one in _above(up, lot) if is_bought(up, one)] for lot in lots}
    found, whole = defaultdict(list), up.is_cut
    lot_named: dict[Subject, set[Lot]] = defaultdict(set)
    for one in complaints:
        for lot in bought.get(lot_of[one.name].folded(), ()) if one.name in lot_of else ():
            subject = (one.company, lot_kind(lot), lot_name(lot))
            lot_named[subject].add(lot)
            found[subject].append(_happening(one))
    if row.measure != RATE or not found:
        return found, {}, whole
    down = trace_lots({lot for some in lot_named.values() for lot in some}, DOWN, ledger)
    places = warehouses({move.warehouse for some in down.movements.values() for move in some})
    company_of = {name: place.company for name, place in places.items()}
    exposure = {
        subject: ByDay(list(_delivered(down, lots, lambda where, own=subject[0]: company_of.get(where) == own)))
        for subject, lots in lot_named.items()
    }  # fmt: skip
    return found, exposure, whole or down.is_cut


_WAYS: Final = {"batch_no": _named, "item_code": _named, SUPPLIER_LOT: _of_suppliers}


def _happening(one: frappe._dict) -> Happening:
    # What was taken over from another system counts, and asks for nothing.
    return Happening(one.received_at, one.name, not one.is_migrated)


def _key(one: frappe._dict) -> tuple[str, str]:
    return ("Batch", one.batch_no) if one.batch_no else ("Serial No", one.serial_no or "")


def _above(found: Genealogy, lot: Lot) -> list[Lot]:
    """A lot and all that went into it."""
    reached, waiting = {lot}, [lot]
    while waiting:
        for edge in found.edges_up(waiting.pop()):
            if edge.source not in reached:
                reached.add(edge.source)
                waiting.append(edge.source)
    return sorted(reached)


def _delivered(
    found: Genealogy, lots: Iterable[Lot], is_own: Callable[[str], bool]
) -> Iterable[tuple[date, float]]:
    """What customers were delivered of lots and of what holds them, less what came back, by day."""
    reached, waiting = set(lots), list(lots)
    while waiting:
        for process in found.processes_at(waiting.pop(), CONSUMED):
            further = [lot for lot in process.outputs if lot not in reached]
            reached.update(further)
            waiting += further
    for lot in reached:
        for move in found.movements.get(lot, ()):
            if move.step in (DELIVERED, RETURNED) and is_own(move.warehouse):
                yield move.voucher.posted.date(), from_units(-move.qty)


def _is_above(row: frappe._dict, exposure: ByDay | None, count: int, at: datetime) -> bool:
    return is_above(row, count, _until(row, exposure, at))


def _until(row: frappe._dict, exposure: ByDay | None, at: datetime) -> float:
    """Of an item in the days that complaints are counted of; of a lot all."""
    start = (at - timedelta(days=row.days)).date() if row.by == "item_code" else _FOREVER
    return exposure.between(start, at.date()) if exposure else 0


def _rows(row: frappe._dict, found: list[tuple[Rise, Subject]], exposure: Exposure) -> list[dict[str, Any]]:
    titles = values_of(COMPLAINT, {rise.name for rise, _subject in found}, "subject")
    return [
        {
            "complaint": rise.name,
            "subject": titles.get(rise.name) or "",
            "at": format_datetime(rise.at),
            "doctype": subject[1],
            "name": subject[2],
            "company": subject[0],
            "count": rise.number,
            "delivered": _until(row, exposure.get(subject), rise.at) if row.measure == RATE else None,
        }
        for rise, subject in found
    ]
