"""The past of a company walked by one setting after another: what each scan would have found with what was known on its day."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache

import frappe
import numpy as np
from frappe.model.document import Document
from frappe.utils import add_years, cint, getdate
from numpy.typing import NDArray

from complaint_qms.constants.signals import ITEM_TYPE, MONTHLY, TRIED
from complaint_qms.engine.signals.findings import Finding
from complaint_qms.engine.signals.findings.types import Parts
from complaint_qms.engine.signals.kind_scan import History, Wanted, scan_kind
from complaint_qms.engine.signals.outbreaks import Outbreak, join_rises
from complaint_qms.engine.signals.quiet_alarms import (
    QuietAlarms,
    QuietBase,
    new_alarms,
    of_all_series,
    quiet_alarms,
)
from complaint_qms.engine.signals.series import Periods
from complaint_qms.engine.signals.walk_forward import Cases, Rise, Walk, WatchedThen, walk_forward
from complaint_qms.services.signals import settings
from complaint_qms.services.signals.choices import scan_of
from complaint_qms.services.signals.deliveries import deliveries_of
from complaint_qms.services.signals.reading import Complaints, item_and_type, read_complaints
from complaint_qms.services.signals.run import EXPLAINING, digest_of

_QUIET_CELLS, _MOST_ROUNDS = 2_000_000, 5
"""Weeks of series that are permuted for each kind, and how often at most."""
_QUIET_SHARE = 0.1
"""Share of its complaints up to which a series that findings have complaints of is quiet all the same."""


@dataclass(frozen=True)
class Tried:
    """What a setting comes to: ``alarms`` new ones of each week, ``alarm_weeks`` all weekly signals, ``series`` watched, ``rises``, the
    ``findings`` of the last scan, and what ``quiet`` series gave."""

    alarms: NDArray[np.int64]
    alarm_weeks: int
    series: int
    rises: list[Rise]
    findings: list[Finding]
    quiet: list[QuietAlarms]

    @property
    def false_alarms_a_year(self) -> float | None:
        """Of all its series, by those in which nothing happened; None where there are none."""
        return of_all_series(self.quiet)

    @property
    def quiet_series(self) -> int:
        return sum(one.quiet for one in self.quiet)


@dataclass(frozen=True)
class _Walked:
    """What a setting alone comes to, with what each kind's permutations need."""

    scan: Document
    alarms: NDArray[np.int64]
    alarm_weeks: int
    rises: list[Rise]
    findings: list[Finding]
    bases: dict[str, QuietBase]


@dataclass(frozen=True)
class Past:
    """What is walked: ``steps`` are the weeks at whose end a scan runs, the first of them before the period; ``first`` is the first week
    of the period."""

    complaints: Complaints
    history: History
    periods: Periods
    steps: list[int]
    first: int
    digest: str

    @cached_property
    def plain(self) -> Callable[[Parts], Parts]:
        """How an explanation is told: an item and a type for a pair of both."""
        both = lru_cache(None)(lambda code: item_and_type(self.complaints, code))

        def plain(parts: Parts) -> Parts:
            told = {kind: code for kind, code in parts if kind != ITEM_TYPE}
            for kind, code in parts:
                if kind == ITEM_TYPE:
                    told["item"], told["type"] = both(code)
            return tuple(sorted(told.items()))

        return plain


def read_past(doc: Document, tell: Callable[[int], None] = lambda share: None) -> Past | None:
    """Everything that is walked; None for a company with less than a whole week of complaints by then."""
    as_of = getdate(doc.as_of)
    complaints = read_complaints(doc.company, as_of)
    tell(5)
    if not len(complaints):
        return None
    start, until = complaints.start, np.datetime64(as_of)
    kinds = {kind for row in doc.tried for kind in settings.kinds_of(scan_of(doc, row))}
    deliveries = deliveries_of(complaints, doc.company, start, as_of, kinds)
    tell(10)
    history = History(complaints.received, complaints.codes, complaints.sizes, start, until, deliveries)
    whole = scan_kind("all", history, Wanted(1, 1))
    if whole is None:
        return None
    periods = whole.matrix.periods
    steps, first = scan_weeks(periods, as_of, cint(doc.years), doc.cadence)
    return Past(complaints, history, periods, steps, first, digest_of(complaints, deliveries))


def scan_weeks(periods: Periods, as_of: date, years: int, cadence: str) -> tuple[list[int], int]:
    """The weeks at whose end a scan runs, one before the period included, and the first week of the period."""
    ends = [day.astype(date) + timedelta(days=6) for day in periods.starts]
    begin = getdate(add_years(as_of, -years)) + timedelta(days=1)
    first = next((at for at, end in enumerate(ends) if end >= begin), len(ends) - 1)
    before = max(first - 1, 0)
    steps = range(before, len(ends))
    if cadence == MONTHLY:
        last = len(ends) - 1
        months = {at for at in steps if at == last or (ends[at] + timedelta(days=7)).month != ends[at].month}
        return sorted({before, *months}), first
    return list(steps), first


def try_all(doc: Document, past: Past, tell: Callable[[int], None] = lambda share: None) -> list[Tried]:
    """Each setting of a back-test on the same past; writes nothing. What is quiet is the same for all of them: nothing was found in it by
    any, nor by the rule, which is walked for this where it is not one of them."""
    scans = [scan_of(doc, row) for row in doc.tried]
    by_rule = [] if any(not scan.method for scan in scans) else [scan_of(doc, frappe.new_doc(TRIED))]
    walked: list[_Walked] = []
    for at, scan in enumerate((*scans, *by_rule)):

        def within(share: float, at: int = at) -> None:
            tell(10 + int(70 * (at + share) / (len(scans) + len(by_rule))))

        walked.append(_walk(scan, past, walked[0].bases if walked else {}, within))
    inside = np.zeros(len(past.complaints), bool)
    for one in walked:
        for rise in one.rises:
            inside[rise.cases] = True
    found = []
    for at, one in enumerate(walked[: len(scans)]):

        def quieting(share: float, at: int = at) -> None:
            tell(80 + int(15 * (at + share) / len(scans)))

        found.append(_tried(one, past, inside, quieting))
    return found


def outbreaks_of(tried: list[Tried]) -> list[Outbreak]:
    """What any of the settings found on the walk."""
    return [one for one in join_rises([one.rises for one in tried]) if one.is_new]


def result_digest(tried: list[Tried]) -> str:
    """SHA-256 over everything that was found."""
    found = hashlib.sha256()
    for one in tried:
        found.update(np.ascontiguousarray(one.alarms).tobytes())
        told = [
            (rise.told, rise.parts, rise.then.observed, rise.now.first, rise.now.last, rise.now.observed, round(rise.now.expected, 6))
            for rise in one.rises
        ]  # fmt: skip
        found.update(
            json.dumps([told, one.quiet_series, round(one.false_alarms_a_year or 0, 9)], default=int).encode()
        )
    return found.hexdigest()


def _walk(scan: Document, past: Past, others: dict[str, QuietBase], tell: Callable[[float], None]) -> _Walked:
    wanted, kinds = settings.wanted_of(scan), settings.kinds_of(scan)
    complaints = past.complaints
    then, bases = [], {}
    alarms, weeks = np.zeros(len(past.periods), np.int64), 0
    for at, kind in enumerate(kinds):
        if one := scan_kind(kind, past.history, wanted):
            then.append(WatchedThen.of(one, wanted.least))
            base = QuietBase.of(one)
            bases[kind] = base.sharing(others[kind]) if kind in others else base
            alarms += new_alarms(one.result.signal).sum(axis=0)
            weeks += int(one.result.signal[:, past.first :].sum())
            del one
        tell(0.4 * (at + 1) / len(kinds))
    scanned = [one.watched.kind for one in then if one.watched.kind != "all"]
    codes = {kind: complaints.codes[kind] for kind in dict.fromkeys((*EXPLAINING, *scanned))}
    cases = Cases(complaints.received, codes, complaints.labels, complaints.harm, EXPLAINING)
    walk = Walk(past.steps, cint(scan.observation_weeks))
    walked = walk_forward(then, cases, walk, past.plain, lambda share: tell(0.4 + 0.6 * share))
    return _Walked(scan, alarms, weeks, walked.rises, walked.findings, bases)


def _tried(one: _Walked, past: Past, inside: NDArray[np.bool_], tell: Callable[[float], None]) -> Tried:
    """With the alarms of its series that are quiet: ``inside`` says of each complaint whether any setting has it in a finding."""
    wanted, quiet = settings.wanted_of(one.scan), []
    for at, (kind, base) in enumerate(one.bases.items()):
        held = _quiet(kind, base, past.complaints, inside)
        rounds = min(_MOST_ROUNDS, max(1, _QUIET_CELLS // max(1, base.counts.size)))
        quiet.append(quiet_alarms(base, held, wanted, first=past.first, rounds=rounds))
        tell((at + 1) / len(one.bases))
    series = sum(len(base.chosen) for base in one.bases.values())
    return Tried(one.alarms, one.alarm_weeks, series, one.rises, one.findings, quiet)


def _quiet(
    kind: str, base: QuietBase, complaints: Complaints, inside: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which series findings have hardly a complaint of."""
    codes = np.zeros(len(complaints), np.int64) if kind == "all" else complaints.codes[kind]
    size = int(base.chosen.max(initial=0)) + 1
    given = (codes >= 0) & (codes < size)
    found = np.bincount(codes[given & inside], minlength=size)[base.chosen]
    every = np.bincount(codes[given], minlength=size)[base.chosen]
    return found <= _QUIET_SHARE * every
