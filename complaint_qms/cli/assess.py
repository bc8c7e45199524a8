"""The engine over the history, in event order: risk, reporting duties, SOP times, escalations, rules.

Every judgement is the engine's; this module only lines columns up with it. Answers that depend on few values
(a cell of the matrix, a rule over three fields) are asked once per distinct set of values.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from complaint_qms.cli.fields import STAGES
from complaint_qms.cli.history import DIMENSIONS, Deliveries, History, fetch, stamps, trailing_counts
from complaint_qms.cli.policy import Policy, fact_uses
from complaint_qms.cli.store import SOP_COLUMNS, Store
from complaint_qms.engine import reportability, risk, rules
from complaint_qms.engine.sla_table import build_table, due_many, used_many

CHUNK = 20_000
MINUTE = 60_000_000
OUTCOMES_KEPT = 200_000
DONE_FIELDS = tuple(f"{stage}_done" for stage in STAGES)
_CLOSED_WORDS = frozenset(
    [
        "closed",
        "resolved",
        "done",
        "completed",
        "complete",
        "solved",
        "finished",
        "rejected",
        "cancelled",
        "canceled",
        "void",
        "duplicate",
        "已关闭",
        "关闭",
        "已结案",
        "结案",
        "已完成",
        "完成",
        "已解决",
        "作废",
        "已撤销",
    ]
)
_FACTS = (
    "id",
    "severity",
    "deaths",
    "injured",
    "harm",
    "crash",
    "fire",
    "status",
    "expectation",
    "cost",
    "serial",
)
_TIMES = ("first_response", *DONE_FIELDS, "closed")


def assess(
    store: Store, policy: Policy, history: History, as_of: np.datetime64, tick: Callable[[int], None]
) -> None:
    """Judge every complaint once; goes on after the last stored chunk."""
    start = store.done("assess")
    if start < 0:
        tick(len(history))
        return
    tick(start)
    judge = _Judge(store, policy, history)
    extent = _Extent.of(store)
    clock = _Clock(store, policy, history, as_of, extent)
    while start < len(history):
        stop = min(start + CHUNK, len(history))
        rows = zip(*fetch(store, history, start, stop, extent.filled), strict=True)
        nothing = (None,) * (stop - start)
        facts = {**dict.fromkeys((*_FACTS, *_TIMES), nothing), **dict(zip(extent.filled, rows, strict=True))}
        with store.transaction():
            judge.chunk(start, stop, facts)
            clock.chunk(start, stop, facts)
            store.set_done("assess", stop)
        tick(stop - start)
        start = stop
    with store.transaction():
        judge.note_unknown_words()
        store.set_done("assess", -1)


@dataclass(frozen=True)
class _Extent:
    """Which of the columns asked for hold anything, and the latest of each time; from one pass over the table."""

    filled: tuple[str, ...]
    latest: dict[str, np.datetime64]

    @classmethod
    def of(cls, store: Store) -> _Extent:
        keys = (*_FACTS, *_TIMES)
        found = store.db.execute(
            "SELECT " + ", ".join(f"max({k})" for k in keys) + " FROM complaint"
        ).fetchone()
        known = {key: value for key, value in zip(keys, found, strict=True) if value is not None}
        return cls(tuple(known), {k: np.datetime64(v, "s") for k, v in known.items() if k in _TIMES})


class _Judge:
    """Risk, harm, reporting duties and rules."""

    def __init__(self, store: Store, policy: Policy, history: History) -> None:
        self.store, self.policy, self.history = store, policy, history
        window = policy.data["risk"]["window_days"]
        combined = history.item_and_type
        self.recent = trailing_counts(combined, history.received, window)
        deliveries = Deliveries(store, history)
        self.rate = np.full(len(history), np.nan)
        if deliveries.exist:
            self.rate = self.recent / deliveries.within(history.codes["item"], history.received, window)
        self.counts = {(by, days): history.recent(by, days) for by, days in fact_uses(policy)}
        self.repeat = self.counts.get(("customer", 30))
        if self.repeat is None:
            self.repeat = history.recent("customer", 30)
        self.rule_fields = _rule_fields(policy)
        self.dimensions = [d for d in DIMENSIONS if d == "type" or d in (self.rule_fields or ())]
        self.bands = {by: policy.bands(by) for by in ("rate", "count")}
        self._outcomes: dict[tuple, list[tuple[str, str, str]]] = {}
        self._occurrence = lru_cache(maxsize=100_000)(self._occurrence_of)
        self._cell = lru_cache(maxsize=None)(lambda s, o: risk.rate(policy.matrix, s, o).level if o else None)
        self._report = lru_cache(maxsize=50_000)(self._report_by)
        self._severity = lru_cache(maxsize=50_000)(self._severity_of)

    def chunk(self, start: int, stop: int, facts: Mapping[str, tuple]) -> None:
        """Assessment and effect rows of one chunk."""
        history = self.history
        part = slice(start, stop)
        row_ids = history.row_id[part].tolist()
        read = _readings(self.store, row_ids, "severity")
        names = {d: history.names(d, part) for d in self.dimensions}
        recent, rate, repeat = (x[part].tolist() for x in (self.recent, self.rate, self.repeat))
        counted = {use: values[part].tolist() for use, values in self.counts.items()}
        received = history.received[part].astype("datetime64[s]").tolist()
        rows, effects = [], []
        harms = [
            harm_of(*h)
            for h in zip(
                *(facts[k] for k in ("deaths", "injured", "harm", "crash", "fire", "severity")), strict=True
            )
        ]
        duties = bool(self.policy.data["reportability"]["jurisdictions"])
        for i, row_id in enumerate(row_ids):
            seq = start + i + 1
            severity, origin = self._severity(facts["severity"][i], read.get(row_id), harms[i])
            occurrence = self._occurrence(rate[i] if rate[i] == rate[i] else None, recent[i])
            level = self._cell(severity, occurrence)
            due = self._report(harms[i], received[i].date()) if duties else None
            rows.append(
                (seq, row_id, names["type"][i], severity, origin, occurrence, rate[i] if rate[i] == rate[i] else None,
                 recent[i], level, harms[i], due, repeat[i])
            )  # fmt: skip
        if self.rule_fields is not None:
            judged = {
                "severity": [r[3] for r in rows],
                "risk": [r[8] for r in rows],
                "tags": [None] * len(rows),
            }
            sources = {**facts, **names, **judged}
            seen = list(zip(*(sources[f] for f in self.rule_fields), strict=True)) or [()] * len(rows)
            uses = list(counted)
            sums = list(zip(*counted.values(), strict=True)) or [()] * len(rows)
            for i, (fields, count) in enumerate(zip(seen, sums, strict=True)):
                found = self._outcomes.get((fields, count))
                if found is None:
                    found = self._rules(fields, count, uses, received[i])
                if found:
                    effects += [(start + i + 1, *e) for e in found]
        self.store.insert("assessment", rows, 12)
        self.store.insert("effect", effects, 4)

    def _severity_of(self, written: str | None, from_text: str | None, harm: str) -> tuple[str, str]:
        chosen, origin = None, "default"
        if written:
            chosen = self.policy.severity_words.get(written.strip().lower())
            origin = "file" if chosen else origin
        if chosen is None and from_text in self.policy.severities:
            chosen, origin = from_text, "text"
        floor = self.policy.data["risk"]["harm"].get(harm)
        if floor and harm != "none":
            raised = risk.at_least(chosen, floor, self.policy.severities)
            if raised != chosen:
                chosen, origin = raised, "harm"
        return chosen or self.policy.data["risk"]["severity_unknown"], origin

    def note_unknown_words(self) -> None:
        """Severity words of the files that the policy does not know."""
        words = self.store.db.execute(
            "SELECT severity, count(*), min(row) FROM complaint WHERE severity IS NOT NULL GROUP BY severity"
        ).fetchall()
        for word, count, row in words:
            if word.strip().lower() not in self.policy.severity_words:
                self.store.note_quality("severity", "severity_unknown_word", count, row, word)

    def _occurrence_of(self, rate: float | None, recent: int) -> str | None:
        if rate is not None:
            return risk.occurrence_of_rate(rate, self.bands["rate"])
        return risk.occurrence_of_rate(recent, self.bands["count"])

    def _report_by(self, harm: str, aware: date) -> str | None:
        section = self.policy.data["reportability"]
        answers = dict.fromkeys(section["answers"].get(harm) or (), True)
        if not answers:
            return None
        decision = reportability.decide(
            self.policy.reporting, answers, {"awareness": aware}, jurisdictions=section["jurisdictions"]
        )
        return decision.earliest.isoformat() if decision.earliest else None

    def _rules(self, fields: tuple, counts: tuple, uses: list, now: datetime) -> list[tuple[str, str, str]]:
        """Outcome for one set of values, kept for the next rows that have the same."""
        record = dict(zip(self.rule_fields, fields, strict=True))
        facts = _Counts(dict(zip(uses, counts, strict=True)))
        outcome = rules.evaluate(self.policy.ruleset, record, now=now, event="intake", facts=facts)
        found = [
            (e.rule, e.do, json.dumps(dict(e.args), ensure_ascii=False, sort_keys=True))
            for e in outcome.effects
        ]
        if len(self._outcomes) > OUTCOMES_KEPT:
            self._outcomes.clear()
        self._outcomes[fields, counts] = found
        return found


class _Counts:
    """Facts for the rules, counted beforehand."""

    def __init__(self, counts: dict[tuple[str, int], int]) -> None:
        self.counts = counts

    def fact(self, name: str, args: Mapping[str, Any], record: Mapping[str, Any], now: datetime) -> object:
        return self.counts[args["by"], args["days"]]


HARM_WORDS = {
    **dict.fromkeys(("death", "fatal", "fatality", "死亡", "致命"), "death"),
    **dict.fromkeys(("injury", "serious injury", "serious harm", "伤害", "受伤", "人身伤害"), "serious"),
}
"""Kinds of event that name harm themselves, as registers write them."""


def harm_of(
    deaths: float | None,
    injured: float | None,
    harm: str | None,
    crash: str | None,
    fire: str | None,
    event: str | None = None,
) -> str:
    """Harm to a person as the file states it: counted deaths and injuries, a kind of event that names harm, else a
    flag of harm, crash or fire."""
    if deaths:
        return "death"
    named = HARM_WORDS.get(event.strip().lower(), "") if event else ""
    if injured or named:
        return named or "serious"
    return "minor" if "yes" in (harm, crash, fire) else "none"


def _rule_fields(policy: Policy) -> list[str] | None:
    """Fields whose values decide what the rules do; None when there is no rule."""
    found: set[str] = set()

    def walk(node: object) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("field"), str):
                found.add(node["field"])
            if node.get("do") == "raise_severity":
                found.add("severity")
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    walk(policy.data["rules"])
    return sorted(found) if policy.data["rules"] else None


def _readings(store: Store, row_ids: list[int], field: str) -> dict[int, str]:
    """What the text said of a field, for rows of one chunk."""
    rows = store.db.execute(
        "SELECT row_id, value FROM reading WHERE field = ? AND row_id BETWEEN ? AND ?",
        (field, min(row_ids), max(row_ids)),
    )
    return dict(rows)


class _Clock:
    """Working time of first response, stages and the whole, and the ladder it would have climbed."""

    def __init__(
        self, store: Store, policy: Policy, history: History, as_of: np.datetime64, extent: _Extent
    ) -> None:
        self.store, self.history = store, history
        self.zone = policy.timezone
        sop = policy.data["sop"]
        self.hours = {
            "first_response": sop["first_response_hours"],
            **sop["stage_hours"],
            "total": sop["total_hours"],
        }
        self.ladder = [(step["at"], step["to"]) for step in sop["ladder"]]
        self.as_of = as_of
        self.mapped = {key: key in extent.latest for key in _TIMES}
        self.stages = [s for s in STAGES if self.mapped[f"{s}_done"]]
        self.active = any(self.mapped.values())
        # Whole years around everything that is asked, with room for due times that lie far ahead.
        first, last = history.received[0], max(history.received[-1], as_of, *extent.latest.values())
        begin = pd.Timestamp(first).to_pydatetime().replace(tzinfo=timezone.utc) - timedelta(days=40)
        end = pd.Timestamp(last).to_pydatetime().replace(tzinfo=timezone.utc) + timedelta(days=1100)
        self.table = build_table(policy.calendar, begin, end) if self.active else None

    def chunk(self, start: int, stop: int, facts: Mapping[str, tuple]) -> None:
        """SOP times and escalations of one chunk."""
        if not self.active:
            return
        size = stop - start
        received = self.utc(self.history.received[start:stop])
        times = {key: self.utc(stamps(facts[key])) for key in _TIMES if self.mapped[key]}
        used: dict[str, np.ndarray] = {}
        begins: dict[str, np.ndarray] = {}
        if "first_response" in times:
            used["first_response"], begins["first_response"] = (
                self._used(received, times["first_response"]),
                received,
            )
        at = received
        reached = np.zeros(size, dtype=int)  # how many of the mapped stages each complaint has behind it
        for number, stage in enumerate(self.stages):
            done = times[f"{stage}_done"]
            used[stage], begins[stage] = self._used(at, done), at
            there = ~np.isnat(done)
            at = np.where(there, np.maximum(done, at), at)
            reached = np.where(there, number + 1, reached)
        closed = times.get("closed")
        ended = closed if closed is not None else np.full(size, "NaT", "datetime64[s]")
        if closed is None and self.stages:
            ended = np.where(reached == len(self.stages), at, np.datetime64("NaT", "s"))
        used["total"], begins["total"] = self._used(received, ended), received
        open_stage, open_minutes = self._open(received, at, reached, ended, facts["status"])
        self._store(start, size, used, begins, open_stage, open_minutes, at)

    def _open(self, received, at, reached, ended, status) -> tuple[np.ndarray, np.ndarray]:
        """Stage an unfinished complaint stands in (index into STAGES, -1: none) and its minutes so far."""
        size = len(received)
        following = [STAGES.index(s) for s in self.stages]
        last = STAGES.index("review") if self.mapped["closed"] else -1
        table = np.array([*following, last])
        done_by_word = np.array([(s or "").strip().lower() in _CLOSED_WORDS for s in status])
        is_open = np.isnat(ended) & ~done_by_word
        stage = np.where(is_open, table[reached], -1) if len(table) else np.full(size, -1)
        until = np.maximum(at, self.utc(np.array([self.as_of], dtype="datetime64[s]"))[0])
        minutes = np.full(size, np.nan)
        rows = np.flatnonzero(stage >= 0)
        if len(rows):
            minutes[rows] = used_many(at[rows], until[rows], self.table).astype(np.int64) / MINUTE
        return stage, minutes

    def _used(self, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """Working minutes, NaN where the end is not known."""
        minutes = np.full(len(begin), np.nan)
        rows = np.flatnonzero(~np.isnat(end))
        if len(rows):
            minutes[rows] = used_many(begin[rows], end[rows], self.table).astype(np.int64) / MINUTE
        return minutes

    def _store(self, start, size, used, begins, open_stage, open_minutes, at) -> None:
        empty = np.full(size, np.nan)
        names = np.array([*STAGES, None], dtype=object)
        columns = [_plain(used.get(key, empty)) for key in SOP_COLUMNS[1:-2]]
        rows = zip(
            range(start + 1, start + size + 1),
            *columns,
            names[open_stage].tolist(),
            _plain(open_minutes),
            strict=True,
        )
        self.store.insert("sop_time", rows, len(SOP_COLUMNS))
        climbed: list[tuple] = []
        for key, minutes in used.items():
            climbed += self._climb(start, key, minutes, begins[key])
        for number, stage in enumerate(STAGES):
            here = np.where(open_stage == number, open_minutes, np.nan)
            climbed += self._climb(start, stage, here, at)
        climbed.sort(key=lambda c: (c[0], c[4], c[2], c[1]))
        self.store.insert("escalation", climbed, 5)

    def _climb(self, start: int, stage: str, minutes: np.ndarray, begin: np.ndarray) -> list[tuple]:
        """Steps of the ladder that a stage's working time passed, each with the moment it would have been told."""
        limit = self.hours.get(stage)
        if limit is None:
            return []
        found: list[tuple] = []
        for at, told in self.ladder:
            rows = np.flatnonzero(minutes > limit * 60 * at)
            if not len(rows):
                break
            due = due_many(begin[rows], np.int64(limit * 3600 * at), self.table)
            text = np.datetime_as_string(self.local(due), unit="m").tolist()
            found += [
                (start + r + 1, stage, at, told, t.replace("T", " "))
                for r, t in zip(rows.tolist(), text, strict=True)
            ]
        return found

    def utc(self, local: np.ndarray) -> np.ndarray:
        """Wall time of the policy's zone as UTC; NaT stays."""
        if self.zone == "UTC":
            return local
        series = pd.Series(local.astype("datetime64[ns]"))
        aware = series.dt.tz_localize(
            self.zone, ambiguous=np.ones(len(series), bool), nonexistent="shift_forward"
        )
        return aware.dt.tz_convert(None).to_numpy().astype("datetime64[s]")

    def local(self, moments: np.ndarray) -> np.ndarray:
        if self.zone == "UTC":
            return moments
        series = pd.Series(moments.astype("datetime64[ns]")).dt.tz_localize("UTC")
        return series.dt.tz_convert(self.zone).dt.tz_localize(None).to_numpy().astype("datetime64[s]")


def _plain(values: np.ndarray) -> list[float]:
    """Rounded to hundredths of a minute; SQLite stores NaN as NULL."""
    return np.round(values, 2).tolist()
