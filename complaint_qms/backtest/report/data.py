"""What the report shows, as plain data from a finished store; no words, no markup."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import yaml

from complaint_qms.backtest import file_quality, odd_history
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.report import alike, grave, sop_section
from complaint_qms.backtest.report.findings import LONG_AXIS, findings
from complaint_qms.backtest.report.rows import rows
from complaint_qms.backtest.report.trend import trend
from complaint_qms.backtest.store import SIMILAR_CASE, TOLD_TWICE, Store
from complaint_qms.tabular.fields import FIELDS

PARETO_KINDS = ("type", "item", "supplier", "region", "channel")
PARETO_ROWS = 10
CARDS, OTHER_SIGNALS = 9, 40
SUSPECT_ROWS, PAIRING_ROWS, CUSTOMER_ROWS, RULE_ROWS, REPORTABLE_ROWS = 15, 12, 15, 12, 20
CHART_BEFORE, CHART_AFTER = 26, 12


@dataclass
class Episode:
    """Signals of one series in consecutive weeks; `peak` is the row of the least likely one."""

    kind: str
    key: str
    method: str
    weeks: int
    first: str
    last: str
    peak: dict[str, Any]
    finding: int | None = None
    """The finding that explains most of them."""
    points: list[dict[str, Any]] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)


def collect(store: Store) -> dict[str, Any]:
    """Everything, by section."""
    policy = Policy(yaml.safe_load(store.meta("policy")))
    meta = dict(store.db.execute("SELECT key, value FROM meta ORDER BY key").fetchall())
    count = store.count("assessment")
    risks = risk(store, policy)
    return {
        "policy": policy,
        "meta": meta,
        "first": meta["first"],
        "last": meta["last"],
        "count": count,
        "sources": rows(store, "SELECT * FROM source ORDER BY file"),
        "bad": store.count("rejected"),
        "risk": risks,
        "findings": findings(store, risks["grave"]),
        "worst": grave.worst(store, policy),
        "harmed": grave.harmed(store, policy),
        "costs": grave.costs(store),
        "currencies": file_quality.currencies_of(store),
        "months": grave.months(store),
        "ageing": grave.ageing(store, meta["as_of"][:10]),
        "trend": trend(store, meta["as_of"][:10]),
        "deliveries": deliveries(store),
        "left_out": int(meta.get("left_out") or 0),
        "pareto": pareto(store, count),
        "read_types": store.db.execute("SELECT count(*) FROM reading WHERE field = 'type'").fetchone()[0],
        "episodes": episodes(store),
        "series": store.count("series"),
        "signals": store.count("signal"),
        "sop": sop_section.sop(store, policy),
        "suspects": rows(store, 'SELECT * FROM suspect ORDER BY "rank" LIMIT ?', (SUSPECT_ROWS,)),
        "pairings": rows(store, "SELECT * FROM pairing ORDER BY rowid LIMIT ?", (PAIRING_ROWS,)),
        "customers": rows(store, "SELECT * FROM repeat ORDER BY rowid LIMIT ?", (CUSTOMER_ROWS,)),
        "customer_count": store.count("repeat"),
        "rules": rules(store),
        "duplicates": alike.groups(store, TOLD_TWICE),
        "similar": alike.groups(store, SIMILAR_CASE),
        "reportable": reportable(store, policy),
        "quality": quality(store, count),
        "stands_in": next(
            store.column("SELECT example FROM quality WHERE reason = 'received_stands_in'"), None
        ),
        "date_facts": odd_history.date_facts(store),
        "severity_facts": odd_history.severity_facts(store),
    }


def deliveries(store: Store) -> dict[str, Any]:
    """Of items and of batches: how many were delivered, and how many of those were complained about."""
    found = {}
    for kind in ("item", "batch"):
        known, matched = store.db.execute(
            f"SELECT count(*), total({kind} IN (SELECT {kind} FROM complaint)) "
            f"FROM (SELECT DISTINCT {kind} FROM delivery WHERE {kind} IS NOT NULL)"
        ).fetchone()
        found[kind] = {"known": known, "matched": int(matched)}
    return {**found, "rows": store.count("delivery")}


def risk(store: Store, policy: Policy) -> dict[str, Any]:
    """Counts and open counts per cell, severity origins."""
    cells: dict[tuple[str, str | None], tuple[int, int]] = {}
    origins: Counter[str] = Counter()
    for severity, occurrence, origin, count, still_open in store.db.execute(
        "SELECT severity, occurrence, severity_from, count(*), count(open_stage) FROM assessment "
        "LEFT JOIN sop_time ON sop_time.seq = assessment.seq GROUP BY severity, occurrence, severity_from"
    ):
        before = cells.get((severity, occurrence), (0, 0))
        cells[severity, occurrence] = before[0] + count, before[1] + still_open
        origins[origin] += count
    by_rate = (
        store.db.execute("SELECT 1 FROM assessment WHERE rate IS NOT NULL LIMIT 1").fetchone() is not None
    )
    known = sum(count for (_, occurrence), (count, _open) in cells.items() if occurrence is not None)
    unknown = sum(count for count, _open in cells.values()) - known
    sources = sorted(origins.items(), key=lambda each: (-each[1], each[0]))
    grave = [s for s in policy.severities if s in ("critical", "catastrophic")] or list(
        policy.severities[-2:]
    )
    severe = sum(count for (severity, _), (count, _open) in cells.items() if severity in grave)
    return {
        "cells": cells,
        "by_rate": by_rate,
        "sources": sources,
        "severe": severe,
        "grave": grave,
        "known": known,
        "unknown": unknown,
    }


def pareto(store: Store, count: int) -> dict[str, list[dict[str, Any]]]:
    """Largest values of each dimension with share and cumulative share; the rest as one row."""
    result = {}
    for kind in PARETO_KINDS:
        found = rows(store, "SELECT key, count FROM total WHERE kind = ? ORDER BY rowid", (kind,))
        named = [r for r in found if r["key"]]
        if not named:
            continue
        rest = sum(r["count"] for r in named[PARETO_ROWS:]) + sum(
            r["count"] for r in found if r["key"] is None
        )
        missing = sum(r["count"] for r in found if r["key"] == "")
        shown, running = [], 0
        for r in named[:PARETO_ROWS]:
            running += r["count"]
            shown.append({**r, "share": r["count"] / count, "cumulative": running / count})
        for key, amount in ((None, rest), ("", missing)):
            if amount:
                running += amount
                shown.append(
                    {"key": key, "count": amount, "share": amount / count, "cumulative": running / count}
                )
        result[kind] = shown
    return result


def episodes(store: Store) -> list[Episode]:
    """Signals joined to runs of weeks, the least likely first; the first ones with their points."""
    found = _runs(store)
    found.sort(key=lambda e: (_chance(e.peak), e.kind != "batch", e.first, e.kind, e.key))
    for episode in found[:CARDS]:
        episode.points = _window(store, episode)
    return found


def rules(store: Store) -> list[dict[str, Any]]:
    return rows(
        store,
        "SELECT rule, action, detail, count(*) AS count FROM effect GROUP BY rule, action, detail "
        "ORDER BY rule, count(*) DESC, action, detail LIMIT ?",
        (RULE_ROWS,),
    )


def reportable(store: Store, policy: Policy) -> dict[str, Any]:
    found = rows(
        store,
        "SELECT complaint.id, received, assessment.harm, report_by, item FROM assessment "
        "JOIN complaint ON complaint.row_id = assessment.row_id WHERE report_by IS NOT NULL ORDER BY seq DESC LIMIT ?",
        (REPORTABLE_ROWS,),
    )
    count = store.db.execute("SELECT count(*) FROM assessment WHERE report_by IS NOT NULL").fetchone()[0]
    return {"rows": found, "count": count, "jurisdictions": policy.data["reportability"]["jurisdictions"]}


def quality(store: Store, count: int) -> dict[str, Any]:
    """Rejected rows by reason, oddities, and how well each field is filled."""
    rejected = rows(
        store,
        'SELECT reason, "column", count(*) AS count, min(row) AS row, '
        '(SELECT detail FROM rejected r WHERE r.reason = rejected.reason AND r."column" = rejected."column" '
        'ORDER BY file, row LIMIT 1) AS detail FROM rejected GROUP BY reason, "column" ORDER BY count(*) DESC, reason, "column"',
    )
    filled = dict(store.db.execute("SELECT field, rows FROM filled ORDER BY field").fetchall())
    return {
        "rejected": rejected,
        "odd": rows(store, "SELECT * FROM quality ORDER BY rows DESC, field, reason"),
        "filled": [(f.key, filled[f.key], filled[f.key] / count) for f in FIELDS if f.key in filled],
    }


def _runs(store: Store) -> list[Episode]:
    found: list[Episode] = []
    of = {
        signal: finding
        for finding, signals in store.db.execute("SELECT finding, signals FROM finding ORDER BY finding DESC")
        for signal in json.loads(signals)
    }
    explained: list[Counter[int]] = []
    previous: dict[str, Any] | None = None
    for row in rows(
        store,
        "SELECT signal.*, kind, key FROM signal JOIN series ON series.series = signal.series "
        "ORDER BY signal.series, period",
    ):
        gap = (
            15
            if previous is None
            else int((np.datetime64(row["period"]) - np.datetime64(previous["period"])).astype(int))
        )
        if previous is None or previous["series"] != row["series"] or gap > 14:
            found.append(Episode(row["kind"], row["key"], row["method"], 0, row["label"], row["label"], row))
            explained.append(Counter())
        episode = found[-1]
        episode.weeks += 1
        episode.last = row["label"]
        episode.alarms.add(row["period"])
        if row["signal"] in of:
            explained[-1][of[row["signal"]]] += 1
        if _chance(row) < _chance(episode.peak):
            episode.peak = row
        previous = row
    for episode, counted in zip(found, explained, strict=True):
        episode.finding = counted.most_common(1)[0][0] if counted else None
    return found


def _chance(row: dict[str, Any]) -> float:
    return 1.0 if row["p"] is None else row["p"]


def _window(store: Store, episode: Episode) -> list[dict[str, Any]]:
    points = rows(
        store,
        "SELECT period, count, expected, limit_value FROM point WHERE series = ? ORDER BY period",
        (episode.peak["series"],),
    )
    # every signal of the series: the same week has the same colour in each of its cards
    alarms = set(store.column("SELECT period FROM signal WHERE series = ?", (episode.peak["series"],)))
    for point in points:
        point["alarm"] = point["period"] in alarms
    places = [i for i, p in enumerate(points) if p["period"] in episode.alarms]
    if not places or (len(points) <= LONG_AXIS and episode.method != "maxsprt"):
        return points  # one axis for all cards
    before = 0 if episode.method == "maxsprt" else max(0, places[0] - CHART_BEFORE)
    shown = points[before : places[-1] + CHART_AFTER + 1]
    if episode.method == "maxsprt":
        start = next((i for i, p in enumerate(shown) if p["expected"] or p["count"]), 0)
        shown = shown[max(0, start - 1) :]
    return shown
