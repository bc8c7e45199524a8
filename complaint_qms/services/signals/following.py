"""What a scan finds against the signals that are there: the same rise is the same signal, as long as it lasts and whatever explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import cint, flt, getdate, now_datetime

from complaint_qms.constants import signals as vocabulary
from complaint_qms.constants.events import SIGNAL_RAISED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import (
    CASES,
    COMPLETED,
    DECIDED,
    DISMISSED,
    FADED,
    FIELDS,
    GAP_DAYS,
    NEW,
    NO_REPORTABLE_TREND,
    OPEN,
    SCAN,
    SHARED,
    SIGNAL,
    SUPERSEDED,
    WATCH,
)
from complaint_qms.services import writing
from complaint_qms.services.acting_as import SITE
from complaint_qms.services.events import Event, announce
from complaint_qms.services.signals import settings, storing
from complaint_qms.services.signals.facts import Facts

_READ = (
    "name", "title", "state", "decision", "cause_key", "since", "until", "observed", "expected", "trend", "watch_until",
    "observed_when_decided", "decision_reason", *FIELDS.values(),
)  # fmt: skip


@dataclass
class Followed:
    """``of``: position of a finding → its signal; how many were made, kept and faded."""

    of: dict[int, str] = field(default_factory=dict)
    made: int = 0
    kept: int = 0
    faded: int = 0


def follow_findings(scan: Document, found: list[Facts]) -> Followed:
    """Make, keep and fade signals. A scan as of an earlier day than a former one changes none: it tells what was to be seen then."""
    if _is_overtaken(scan):
        return Followed()
    return _Following(scan, found).go()


def growth_factor() -> float:
    """By how much what was decided about has to grow to be raised again."""
    return max(1.0, flt(frappe.db.get_single_value(SETTINGS, "signal_growth")) or vocabulary.GROWTH)


class _Following:
    def __init__(self, scan: Document, found: list[Facts]) -> None:
        self.scan, self.found, self.now, self.as_of = scan, found, now_datetime(), getdate(scan.as_of)
        self.growth = growth_factor()
        fields = frappe.get_meta(SIGNAL).fields
        # Columns of numbers hold no NULL: 0 stands for what is not known.
        self.numbers = [one.fieldname for one in fields if one.fieldtype in ("Int", "Float")]
        self.there = _signals(scan.company, scan.preset)
        self.cases = _cases([row.name for row in self.there])
        self.changes: dict[str, dict[str, Any]] = {}
        self.steps: list[tuple[str, str, Facts | None, str]] = []
        self.raised: list[tuple[str, dict[str, Any], bool]] = []
        self.result = Followed()

    def go(self) -> Followed:
        rises = {at: facts for at, facts in enumerate(self.found) if facts.is_rise}
        same = self._same_cause(rises)
        for at, row in same.items():
            self._keep(row, at)
        taken = {row.name for row in same.values()}
        for at in rises:
            if at in same:
                continue
            if name := self._told_by(at):
                self.result.of[at] = name
            elif row := self._same_complaints(at, taken):
                taken.add(row.name)
                self._other_cause(row, at)
            elif self._is_recent(rises[at]):
                self._make(at)
        self._fade(row for row in self.there if row.name not in taken)
        writing.set_many(SIGNAL, self.changes, "scan", modified=True)
        storing.add_steps(self.steps, self.scan.name, self.now)
        storing.keep_cases({name: self.found[at] for at, name in reversed(self.result.of.items())}, self.now)
        announce(
            Event(SIGNAL_RAISED, SIGNAL, name, {**data, "again": again, "company": self.scan.company}, self.now, SITE)
            for name, data, again in self.raised
        )  # fmt: skip
        return self.result

    def _same_cause(self, rises: dict[int, Facts]) -> dict[int, frappe._dict]:
        """Findings that are about what a signal is about, at the same time: the latest of several."""
        by_key: dict[str, list[frappe._dict]] = {}
        for row in self.there:
            by_key.setdefault(row.cause_key, []).append(row)
        found, taken = {}, set()
        for at, facts in rises.items():
            for row in by_key.get(facts.key, ()):
                if row.name not in taken and _overlap(row, facts):
                    found[at] = row
                    taken.add(row.name)
                    break
        return found

    def _told_by(self, at: int) -> str | None:
        """The signal that another finding of the same cause, at the same time, has already."""
        facts = self.found[at]
        for other, name in self.result.of.items():
            if self.found[other].key == facts.key and _overlap(self.found[other].values, facts):
                return name
        return None

    def _same_complaints(self, at: int, taken: set[str]) -> frappe._dict | None:
        """The signal of the same rise under another explanation: at the same time, and half of the smaller one's complaints are the
        other's."""
        mine, best, most = set(self.found[at].cases), None, 0
        for row in self.there:
            theirs = self.cases.get(row.name, set())
            if row.name in taken or not theirs or not _overlap(row, self.found[at]):
                continue
            shared = len(mine & theirs)
            if shared >= SHARED * min(len(mine), len(theirs)) and shared > most:
                best, most = row, shared
        return best

    def _keep(self, row: frappe._dict, at: int) -> None:
        facts = self.found[at]
        values = {key: value for key, value in facts.values.items() if key not in ("title", "cause_key")}
        self.result.of[at] = row.name
        self.result.kept += 1
        self._change(row, facts, values)

    def _other_cause(self, row: frappe._dict, at: int) -> None:
        """Decided about and not grown beyond: it stays what it is. Else the better explanation is a signal, which the former leads to."""
        facts = self.found[at]
        if row.state == DECIDED and not self._outgrew(row, facts):
            measured = ("observed", "expected", "rate_ratio", "ratio_lower", "ratio_upper", "until", "trend")
            self.result.of[at] = row.name
            self.result.kept += 1
            self._change(row, facts, {name: facts.values[name] for name in measured})
            return
        name = self._make(at)
        self.changes[row.name] = {"state": SUPERSEDED, "superseded_by": name, "last_scan": self.scan.name}
        self.steps.append((row.name, vocabulary.EXPLAINED_BETTER, facts, facts.values["title"]))

    def _change(self, row: frappe._dict, facts: Facts, values: dict[str, Any]) -> None:
        values |= {"last_scan": self.scan.name}
        values |= {name: 0 for name in self.numbers if name in values and values[name] is None}
        state = self._next_state(row, facts)
        if state == NEW and row.state != NEW:
            was = row.decision_reason or ""
            values |= {"state": NEW, "decision": None, "decision_reason": None, "watch_until": None}
            self.steps.append((row.name, vocabulary.RAISED_AGAIN, facts, was))
            self.raised.append((row.name, _told(facts), True))
        elif state == FADED and row.state != FADED:
            values["state"] = FADED
            self.result.faded += 1
            self.steps.append((row.name, FADED, facts, ""))
        elif facts.values["observed"] != row.observed:
            grew = facts.values["observed"] > row.observed
            self.steps.append((row.name, vocabulary.GREW if grew else vocabulary.SHRANK, facts, ""))
        self.changes[row.name] = values

    def _next_state(self, row: frappe._dict, facts: Facts) -> str:
        waiting = row.state in OPEN or (row.state == DECIDED and row.decision == WATCH)
        if facts.is_over:
            return FADED if waiting else row.state
        if row.state == FADED:
            return NEW
        if row.state == DECIDED and row.decision in (WATCH, DISMISSED, NO_REPORTABLE_TREND):
            late = row.decision == WATCH and row.watch_until and getdate(row.watch_until) < self.as_of
            if late or self._outgrew(row, facts):
                return NEW
        return row.state

    def _outgrew(self, row: frappe._dict, facts: Facts) -> bool:
        return facts.values["observed"] >= self.growth * max(1, cint(row.observed_when_decided))

    def _is_recent(self, facts: Facts) -> bool:
        weeks = timedelta(weeks=cint(self.scan.observation_weeks))
        return not facts.is_over or facts.values["until"] >= self.as_of - weeks

    def _make(self, at: int) -> str:
        facts = self.found[at]
        name = storing.make_signal(self.scan, facts)
        self.result.of[at] = name
        self.result.made += 1
        self.steps.append((name, vocabulary.FOUND, facts, ""))
        self.raised.append((name, _told(facts), False))
        return name

    def _fade(self, left: Iterable[frappe._dict]) -> None:
        """Signals that the scan looked for and did not find any more."""
        looked = {"item"} if self.scan.preset else {*settings.kinds_of(self.scan)}
        looked |= {"item", "type"} if vocabulary.ITEM_TYPE in looked else set()
        for row in left:
            about = {kind for kind, name in FIELDS.items() if row.get(name)} or {"all"}
            waits = row.state in OPEN or (row.state == DECIDED and row.decision == WATCH)
            if waits and about & looked:
                self.changes[row.name] = {"state": FADED, "trend": "ended", "last_scan": self.scan.name}
                self.steps.append((row.name, FADED, None, ""))
                self.result.faded += 1


def _is_overtaken(scan: Document) -> bool:
    later = {"company": scan.company, "status": COMPLETED, "docstatus": 1, "as_of": (">", scan.as_of)}
    return bool(frappe.db.exists(SCAN, later | {"preset": settings.of_preset(scan.preset)}))


def _signals(company: str, preset: str | None) -> list[frappe._dict]:
    """Signals of a company that nothing explains better, the latest rise first; trends by a plan and all others know nothing of each
    other."""
    return frappe.get_all(
        SIGNAL,
        {"company": company, "state": ("!=", SUPERSEDED), "preset": settings.of_preset(preset)},
        list(_READ),
        order_by="until desc, name desc",
    )


def _cases(names: list[str]) -> dict[str, set[str]]:
    """Signal → its complaints; one query."""
    if not names:
        return {}
    table = frappe.qb.DocType(CASES)
    query = frappe.qb.from_(table).select(table.parent, table.complaint)
    query = query.where((table.parenttype == SIGNAL) & table.parent.isin(names) & (table.contributes == 1))
    found: dict[str, set[str]] = {}
    for signal, complaint in query.run():
        found.setdefault(signal, set()).add(complaint)
    return found


def _overlap(row: Mapping[str, Any], facts: Facts) -> bool:
    near = timedelta(days=GAP_DAYS)
    since, until = getdate(row["since"]), getdate(row["until"])
    return facts.values["since"] <= until + near and since <= facts.values["until"] + near


def _told(facts: Facts) -> dict[str, Any]:
    return {name: facts.values.get(name) for name in ("title", "observed", "expected", "words", "preset")}
