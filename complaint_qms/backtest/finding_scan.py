"""What the signals come down to, and the complaints behind the numbers of the report; from the history as columns."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from complaint_qms.backtest.history import DIMENSIONS, History
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.backtest.stored_reasons import packed_messages
from complaint_qms.engine.signals.findings import Finding, Watched, find_findings

CHARTS = 60
"""Findings whose points are kept."""
LISTED, LISTED_OF_FINDING = 12, 50
"""How many complaints, the newest ones, are kept for a number of the report, and for a finding."""
MONTHS, MONTH_TYPES = 24, 12


@dataclass(frozen=True)
class Scanned:
    """A kind of series with the number its first signal has in the store."""

    watched: Watched
    first_signal: int


def store_findings(store: Store, policy: Policy, past: History, scans: list[Scanned]) -> None:
    """Fill ``finding``, ``finding_point`` and ``found``."""
    kinds = {scan.watched.kind for scan in scans}
    columns = {d: past.codes[d].astype(np.int64) for d in DIMENSIONS if len(past.labels[d]) > 1 or d in kinds}
    found = find_findings(
        [scan.watched for scan in scans], columns, past.received, past.labels, _harm(store, policy)
    )
    for number, finding in enumerate(found, 1):
        store.insert("finding", [_row(number, finding, scans, past)], 17)
        store.insert("found", ((number, seq) for seq in (finding.complaints + 1).tolist()), 2)
        if number <= CHARTS:
            counts, expected = finding.points
            starts = map(str, scans[0].watched.periods.starts)
            store.insert(
                "finding_point",
                zip([number] * len(counts), starts, counts.tolist(), expected.tolist(), strict=True),
                4,
            )


def store_lists(store: Store, past: History) -> None:
    """Fill ``month`` and ``listed``: types by month, and the newest complaints of what the report counts."""
    for kind in DIMENSIONS:
        totals = [
            key
            for (key,) in store.db.execute(
                "SELECT key FROM total WHERE kind = ? AND key IS NOT NULL ORDER BY rowid LIMIT 11", (kind,)
            )
        ]
        wanted = set(totals)
        if kind == "customer":
            wanted |= set(store.column("SELECT customer FROM repeat ORDER BY rowid LIMIT 15"))
        _list(store, kind, past.codes[kind], past.labels[kind], wanted)
    _list_pairs(store, past)
    _list_months(store, past)


def newest_of(codes: np.ndarray, keys: dict[int, str]) -> list[tuple[str, int]]:
    """(key, running number) of the newest complaints of each code."""
    order = np.argsort(codes, kind="stable")
    ranked = codes[order]
    found = []
    for code, key in sorted(keys.items()):
        low, high = np.searchsorted(ranked, (code, code + 1))
        found += [(key, int(seq) + 1) for seq in order[max(low, high - LISTED) : high]]
    return found


def _harm(store: Store, policy: Policy) -> np.ndarray:
    """Each level of severity weighs twice the one below."""
    levels = store.column("SELECT severity FROM assessment ORDER BY seq")
    weight = defaultdict(lambda: 1.0, {key: 2.0**place for place, key in enumerate(policy.severities)})
    return np.fromiter(map(weight.__getitem__, levels), float)


def _row(number: int, finding: Finding, scans: list[Scanned], past: History) -> tuple:
    periods = scans[0].watched.periods
    parts = [[kind, past.labels[kind][code]] for kind, code in finding.parts]
    traits = [[t.kind, past.labels[t.kind][t.code], t.count] for t in finding.traits]
    signals = sorted(scans[scan].first_signal + place for scan, place in finding.signals)
    starts = periods.starts
    spells = [
        [str(starts[one.first]), str(starts[one.last] + 6), periods.label(one.first), periods.label(one.last)]
        for one in finding.spells
    ]
    return (
        number, finding.change, finding.trend, json.dumps(parts, ensure_ascii=False),
        str(starts[finding.first]), str(starts[finding.last] + 6), periods.label(finding.first),
        periods.label(finding.last), finding.observed, round(finding.expected, 6), round(finding.evidence, 6),
        finding.p, round(finding.rank, 6), json.dumps(traits, ensure_ascii=False), json.dumps(signals),
        packed_messages(finding.words), json.dumps(spells),
    )  # fmt: skip


def _list(store: Store, kind: str, codes: np.ndarray, labels: list[str], wanted: Iterable[str]) -> None:
    """The newest complaints of some values; "" for what was not given."""
    asked = set(wanted)
    places = {i: label for i, label in enumerate(labels) if label in asked}
    if "" in asked:
        places[-1] = ""
    if places:
        store.insert(
            "listed", newest_of(codes, {code: f"{kind}\n{label}" for code, label in places.items()}), 2
        )


def _list_pairs(store: Store, past: History) -> None:
    pairs = store.db.execute("SELECT item, type FROM pairing ORDER BY rowid LIMIT 12").fetchall()
    if not pairs:
        return
    places = {d: {name: code for code, name in enumerate(past.labels[d])} for d in ("item", "type")}
    joined = np.full(len(past), -1)
    for number, (item, kind) in enumerate(pairs):
        same = (past.codes["item"] == places["item"][item]) & (past.codes["type"] == places["type"][kind])
        joined[same] = number
    store.insert("listed", newest_of(joined, {n: f"pair\n{a}\n{b}" for n, (a, b) in enumerate(pairs)}), 2)


def _list_months(store: Store, past: History) -> None:
    """Complaints of the largest types in the last months of the history."""
    codes, labels = past.codes["type"], past.labels["type"]
    if not labels:
        return
    last = past.as_of.astype("datetime64[M]").astype(int)
    first = max(last - MONTHS + 1, past.received[past.near.start].astype("datetime64[M]").astype(int))
    totals = np.bincount(codes[codes >= 0], minlength=len(labels))
    rows = np.argsort(-totals, kind="stable")[:MONTH_TYPES]
    place = np.full(len(labels) + 1, -1)
    place[rows] = np.arange(len(rows))
    months = past.received.astype("datetime64[M]").astype(int)
    width = last - first + 1
    inside = (months >= first) & (months <= last) & (place[codes] >= 0)
    cell = np.where(inside, place[codes] * width + (months - first), -1)
    counts = np.bincount(cell[cell >= 0], minlength=len(rows) * width).reshape(len(rows), width)
    names = np.arange(first, last + 1).astype("datetime64[M]").astype(str).tolist()
    store.insert(
        "month",
        [
            (labels[row], names[m], int(counts[r, m]))
            for r, row in enumerate(rows.tolist())
            for m in range(width)
        ],
        3,
    )
    keys = {
        r * width + m: f"month\n{labels[row]}\n{names[m]}"
        for r, row in enumerate(rows.tolist())
        for m in range(width)
        if counts[r, m]
    }
    store.insert("listed", newest_of(cell, keys), 2)
