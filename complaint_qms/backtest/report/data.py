"""What the report shows, as plain data from a finished store; no words, no markup."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
import yaml

from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.report.trend import trend
from complaint_qms.backtest.store import Store
from complaint_qms.engine.sla.ladder import passed
from complaint_qms.tabular.fields import FIELDS, STAGES

CLOCKS = ("first_response", *STAGES, "total")
PARETO_KINDS = ("type", "item", "supplier", "region", "channel")
PARETO_ROWS = 10
CARDS, OTHER_SIGNALS = 9, 40
SUSPECT_ROWS, PAIRING_ROWS, CUSTOMER_ROWS, GROUP_ROWS, RULE_ROWS, REPORTABLE_ROWS = 15, 12, 15, 12, 12, 20
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
    points: list[dict[str, Any]] = field(default_factory=list)
    alarms: set[str] = field(default_factory=set)


def rows(store: Store, sql: str, parameters: tuple = ()) -> list[dict[str, Any]]:
    """Rows of a query as dictionaries."""
    cursor = store.db.execute(sql, parameters)
    names = [c[0] for c in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def collect(store: Store) -> dict[str, Any]:
    """Everything, by section."""
    policy = Policy(yaml.safe_load(store.meta("policy")))
    meta = dict(store.db.execute("SELECT key, value FROM meta ORDER BY key").fetchall())
    count = store.count("assessment")
    return {
        "policy": policy,
        "meta": meta,
        "first": meta["first"],
        "last": meta["last"],
        "count": count,
        "sources": rows(store, "SELECT * FROM source ORDER BY file"),
        "bad": store.count("rejected"),
        "risk": risk(store, policy),
        "trend": trend(store, meta["as_of"][:10]),
        "deliveries": deliveries(store),
        "left_out": int(meta.get("left_out") or 0),
        "pareto": pareto(store, count),
        "read_types": store.db.execute("SELECT count(*) FROM reading WHERE field = 'type'").fetchone()[0],
        "episodes": episodes(store),
        "series": store.count("series"),
        "signals": store.count("signal"),
        "sop": sop(store, policy),
        "suspects": rows(store, 'SELECT * FROM suspect ORDER BY "rank" LIMIT ?', (SUSPECT_ROWS,)),
        "pairings": rows(store, "SELECT * FROM pairing ORDER BY rowid LIMIT ?", (PAIRING_ROWS,)),
        "customers": rows(store, "SELECT * FROM repeat ORDER BY rowid LIMIT ?", (CUSTOMER_ROWS,)),
        "customer_count": store.count("repeat"),
        "rules": rules(store),
        "duplicates": duplicates(store),
        "reportable": reportable(store, policy),
        "quality": quality(store, count),
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
    cells: dict[tuple[str, str], tuple[int, int]] = {}
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
    sources = sorted(origins.items(), key=lambda each: (-each[1], each[0]))
    grave = [s for s in policy.severities if s in ("critical", "catastrophic")] or list(
        policy.severities[-2:]
    )
    severe = sum(count for (severity, _), (count, _open) in cells.items() if severity in grave)
    return {"cells": cells, "by_rate": by_rate, "sources": sources, "severe": severe}


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


def episode_count(store: Store) -> int:
    """How many episodes :func:`episodes` finds."""
    return len(_runs(store))


def sop(store: Store, policy: Policy) -> dict[str, Any]:
    """Per clock: how many, median, 90th percentile, share over the limit; ladder counts; what is open."""
    section = policy.data["sop"]
    limits = {
        "first_response": section["first_response_hours"],
        **section["stage_hours"],
        "total": section["total_hours"],
    }
    minutes_of = _minutes(store)
    late = np.zeros(0, bool)
    clocks = []
    for clock in CLOCKS:
        minutes = minutes_of[clock]
        limit = limits.get(clock)
        known = minutes[~np.isnan(minutes)]
        if limit is not None and len(minutes):
            over = passed(np.nan_to_num(minutes), limit * 60, finished=True)
            late = over if not len(late) else late | over
        if len(known):
            low, median, high = (float(v) for v in np.percentile(known, (10, 50, 90)))
            beyond = int(passed(known, limit * 60, finished=True).sum()) if limit is not None else 0
            clocks.append(
                {"clock": clock, "count": len(known), "p10": low, "median": median, "p90": high,
                 "limit": None if limit is None else limit * 60, "over": beyond, "share": beyond / len(known),
                 "at_once": float((known < 0.5).mean())}
            )  # fmt: skip
    ladder = rows(
        store,
        'SELECT stage, "at", told, count FROM ladder ORDER BY stage, "at"',
    )
    waiting, over_open, at_risk = _open_now(store, section)
    stages = [c for c in clocks if c["clock"] not in ("total", "first_response")]
    return {
        "clocks": clocks,
        "ladder": ladder,
        "open": waiting,
        "open_over": over_open,
        "open_at_risk": at_risk,
        "late": int(late.sum()),
        "worst": max(stages, key=lambda c: c["share"], default=None),
    }


def rules(store: Store) -> list[dict[str, Any]]:
    return rows(
        store,
        "SELECT rule, action, detail, count(*) AS count FROM effect GROUP BY rule, action, detail "
        "ORDER BY rule, count(*) DESC, action, detail LIMIT ?",
        (RULE_ROWS,),
    )


def duplicates(store: Store) -> dict[str, Any]:
    """Groups with their members, texts cut short, and the strongest pair's reasons."""
    groups = []
    sizes = store.db.execute(
        "SELECT a.cluster, (SELECT count(*) FROM cluster WHERE cluster = a.cluster) FROM pair "
        "JOIN cluster a ON a.seq = left_seq JOIN cluster b ON b.seq = right_seq AND b.cluster = a.cluster "
        "GROUP BY a.cluster ORDER BY max(score) DESC, a.cluster LIMIT ?",
        (GROUP_ROWS,),
    ).fetchall()
    for cluster, size in sizes:
        members = rows(
            store,
            "SELECT cluster.seq, complaint.id, received, customer, item, batch, substr(coalesce(subject || ' · ', '') || "
            "coalesce(text, ''), 1, 240) AS words FROM cluster JOIN assessment ON assessment.seq = cluster.seq "
            "JOIN complaint ON complaint.row_id = assessment.row_id WHERE cluster = ? ORDER BY cluster.seq LIMIT 4",
            (cluster,),
        )
        best = store.db.execute(
            "SELECT score, reasons FROM pair WHERE left_seq IN (SELECT seq FROM cluster WHERE cluster = ?1) "
            "AND right_seq IN (SELECT seq FROM cluster WHERE cluster = ?1) ORDER BY score DESC, left_seq, right_seq LIMIT 1",
            (cluster,),
        ).fetchone()
        groups.append(
            {"size": size, "members": members, "score": best[0] if best else None,
             "reasons": json.loads(best[1]) if best else []}
        )  # fmt: skip
    count = store.db.execute("SELECT count(DISTINCT cluster), count(*) FROM cluster").fetchone()
    return {"groups": groups, "pairs": store.count("pair"), "clusters": count[0], "members": count[1]}


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
        episode = found[-1]
        episode.weeks += 1
        episode.last = row["label"]
        episode.alarms.add(row["period"])
        if _chance(row) < _chance(episode.peak):
            episode.peak = row
        previous = row
    return found


def _chance(row: dict[str, Any]) -> float:
    return 1.0 if row["p"] is None else row["p"]


def _window(store: Store, episode: Episode) -> list[dict[str, Any]]:
    points = rows(
        store,
        "SELECT period, count, expected, limit_value FROM point WHERE series = ? ORDER BY period",
        (episode.peak["series"],),
    )
    places = [i for i, p in enumerate(points) if p["period"] in episode.alarms]
    if not places:
        return points
    before = 0 if episode.method == "maxsprt" else max(0, places[0] - CHART_BEFORE)
    shown = points[before : places[-1] + CHART_AFTER + 1]
    if episode.method == "maxsprt":
        start = next((i for i, p in enumerate(shown) if p["expected"] or p["count"]), 0)
        shown = shown[max(0, start - 1) :]
    return shown


def _minutes(store: Store) -> dict[str, np.ndarray]:
    """Working minutes of every complaint by clock, float32; NaN where not known."""
    parts = [np.empty((0, len(CLOCKS)), np.float32)]
    known = ", ".join(f"coalesce({clock}, -1)" for clock in CLOCKS)
    cursor = store.db.execute(f"SELECT {known} FROM sop_time ORDER BY seq")
    while batch := cursor.fetchmany(20_000):
        values = np.fromiter(chain.from_iterable(batch), np.float32, len(batch) * len(CLOCKS))
        parts.append(values.reshape(-1, len(CLOCKS)))
    table = np.concatenate(parts)
    table[table < 0] = np.nan
    return dict(zip(CLOCKS, table.T, strict=True))


def _open_now(store: Store, section: dict[str, Any]) -> tuple[list[dict[str, Any]], int, int]:
    """Open complaints by stage in the order of the procedure; how many are over their limit, and close to it."""
    minutes: dict[str, list[float]] = {}
    for stage, taken in store.db.execute(
        "SELECT open_stage, open_minutes FROM sop_time WHERE open_stage IS NOT NULL ORDER BY seq"
    ):
        minutes.setdefault(stage, []).append(taken)
    over = warned = 0
    for stage, hours in section["stage_hours"].items():
        used = np.array(minutes.get(stage, ())) / 60
        late = passed(used, hours)
        over += int(late.sum())
        warned += int((passed(used, hours, section["warn_at"]) & ~late).sum())
    return [{"stage": s, "count": len(minutes[s])} for s in STAGES if s in minutes], over, warned
