"""Weekly series of every kind through the engine's scan, suspect batches, and items with a typical defect."""

from __future__ import annotations

import json
import math

import numpy as np

from complaint_qms.backtest.finding_scan import Scanned, store_findings, store_lists
from complaint_qms.backtest.history import History
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.backtest.stored_reasons import packed_messages, plain_value
from complaint_qms.backtest.suspect_scan import store_suspects
from complaint_qms.engine.signals import kind_scan
from complaint_qms.engine.signals.complaint_columns import repeats
from complaint_qms.engine.signals.kind_scan import ALL, Wanted
from complaint_qms.engine.signals.scanning import limits
from complaint_qms.engine.signals.series import SeriesMatrix
from complaint_qms.engine.signals.suspects import typical_defects
from complaint_qms.engine.signals.types import ScanResult, Settings, SignalRecord
from complaint_qms.engine.signals.weekly import Deliveries

PAIRINGS = 40
TOTALS = 60
BY_STATISTIC = frozenset({"maxsprt", "cusum"})
"""Methods whose limit is told as one of their statistic, not as a number of complaints."""
REPEAT_DAYS, REPEAT_LEAST = 30, 3
_NONE = -1


def scan(store: Store, policy: Policy, past: History, until: np.datetime64) -> None:
    """Fill ``series``, ``point``, ``signal``, ``finding``, ``suspect``, ``pairing``, ``total``, ``repeat`` and ``listed``; one
    step, done again after a kill."""
    if store.done("signals") < 0:
        return
    deliveries = _deliveries(store, past, until)
    with store.transaction():
        scans = []
        for kind in policy.data["signals"]["by"]:
            if scanned := _scan_kind(store, policy, past, deliveries, kind, until):
                scans.append(scanned)
        store_findings(store, policy, past, scans)
        store_suspects(store, past, deliveries)
        _pairings(store, past)
        _totals(store, past)
        _repeats(store, past)
        store_lists(store, past)
        store.set_done("signals", -1)


def _deliveries(store: Store, past: History, until: np.datetime64) -> Deliveries:
    """What was delivered by the end of the history; later units could not draw a complaint of it."""
    rows = store.db.execute(
        "SELECT item, batch, day, units FROM delivery WHERE day <= ? ORDER BY rowid", (str(until)[:10],)
    ).fetchall()
    if not rows:
        empty = np.empty(0)
        return Deliveries(empty.astype(int), empty.astype(int), empty.astype("datetime64[D]"), empty)
    item, batch, day, units = zip(*rows, strict=True)
    codes = {}
    for dimension, values in (("item", item), ("batch", batch)):
        places = {name: code for code, name in enumerate(past.labels[dimension])}
        # what never drew a complaint gets codes of its own, above the others
        codes[dimension] = np.array(
            [_NONE if v is None else places.setdefault(v, len(places)) for v in values]
        )
    return Deliveries(
        codes["item"], codes["batch"], np.array(day, dtype="datetime64[D]"), np.array(units, dtype=float)
    )


def _scan_kind(
    store: Store, policy: Policy, past: History, deliveries: Deliveries, kind: str, until: np.datetime64
) -> Scanned | None:
    """The scan of one kind of series into the store, and what findings need of it."""
    labels = ["all"] if kind == ALL else past.labels[kind]
    wanted = policy.data["signals"]
    columns = kind_scan.History(
        past.received, past.codes, {d: len(names) for d, names in past.labels.items()},
        past.received[past.near.start], until, deliveries,
    )  # fmt: skip
    settings = Settings(fdr=wanted["false_discovery_rate"])
    found = kind_scan.scan_kind(kind, columns, Wanted(wanted["min_total"], wanted["max_series"], settings))
    if found is None:
        return None
    names = [labels[c] for c in found.chosen.tolist()]
    return Scanned(found.watched, _store(store, kind, names, found.totals, found.matrix, found.result))


def _store(
    store: Store, kind: str, names: list[str], totals: np.ndarray, matrix: SeriesMatrix, result: ScanResult
) -> int:
    """Returns the number of the first signal."""
    first = store.count("series") + 1
    units = matrix.exposure[:, -1] if matrix.exposure is not None else np.full(len(names), np.nan)
    rows = [
        (first + i, kind, name, int(totals[i]), _number(units[i]), result.method_name(i))
        for i, name in enumerate(names)
    ]
    store.insert("series", rows, 6)
    starts = [str(day) for day in matrix.periods.starts]
    shown = sorted({s.row for s in result.signals} | ({0} if kind == "all" else set()))
    points = []
    for i, limit in zip(shown, limits(result, matrix.exposure, np.array(shown, np.int64)), strict=True):
        for column, start in enumerate(starts):
            exposure = matrix.exposure[i, column] if matrix.exposure is not None else None
            points.append(
                (first + i, start, int(matrix.counts[i, column]), _number(exposure),
                 _number(result.cells.expected[i, column]), _number(limit[column]))
            )  # fmt: skip
    store.insert("point", points, 6)
    number = store.count("signal") + 1
    signals = [
        (n, first + s.row, starts[s.column], *_signal_row(s)) for n, s in enumerate(result.signals, number)
    ]
    store.insert("signal", signals, 15)
    return number


def _signal_row(s: SignalRecord) -> tuple:
    baseline = {
        "first": s.baseline.first,
        "last": s.baseline.last,
        "periods": s.baseline.periods,
        "count": _number(s.baseline.count),
        "exposure": _number(s.baseline.exposure),
    }
    return (
        s.period, s.method, _number(s.observed), _number(s.expected), _number(s.exposure), _number(s.statistic),
        _number(s.critical if s.method in BY_STATISTIC else s.limit), _number(s.p), _number(s.q),
        json.dumps(baseline, sort_keys=True),
        json.dumps({k: plain_value(v) for k, v in s.parameters.items()}, sort_keys=True),
        packed_messages(s.words),
    )  # fmt: skip


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _pairings(store: Store, past: History) -> None:
    """Items that draw one type of complaint out of proportion."""
    found = typical_defects(past.codes["item"], past.codes["type"], PAIRINGS)
    if found is None:
        return
    items, kinds = past.labels["item"], past.labels["type"]
    rows = [
        (items[item], kinds[kind], int(found.count[i]), _number(found.expected[i]), found.method,
         _number(found.ratio[i]), _number(found.lower[i]), _number(found.upper[i]))
        for i, (item, kind) in enumerate(zip(found.item.tolist(), found.defect.tolist(), strict=True))
    ]  # fmt: skip
    store.insert("pairing", rows, 8)


def _totals(store: Store, past: History) -> None:
    """Complaints per value of every dimension, largest first."""
    for kind, labels in past.labels.items():
        codes = past.codes[kind]
        counts = np.bincount(codes[codes >= 0], minlength=len(labels))
        order = np.argsort(-counts, kind="stable")
        rows = [(kind, labels[i], int(counts[i])) for i in order[:TOTALS].tolist()]
        rest = int(counts[order[TOTALS:]].sum())
        if rest:
            rows.append((kind, None, rest))
        if missing := int((codes < 0).sum()):
            rows.append((kind, "", missing))
        store.insert("total", rows, 3)


def _repeats(store: Store, past: History) -> None:
    """Customers who complained again and again within REPEAT_DAYS days."""
    names = past.labels["customer"]
    found = repeats(past.codes["customer"], past.received, len(names), REPEAT_DAYS, REPEAT_LEAST)
    rows = zip(
        (names[code] for code in found.code.tolist()), found.total.tolist(), found.most.tolist(),
        map(str, found.first), map(str, found.last), strict=True,
    )  # fmt: skip
    store.insert("repeat", rows, 5)
