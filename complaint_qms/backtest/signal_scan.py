"""Weekly series of every kind through the engine's scan, suspect batches, and items with a typical defect."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace

import numpy as np

from complaint_qms.backtest.history import History
from complaint_qms.backtest.policy import Policy
from complaint_qms.backtest.store import Store
from complaint_qms.engine.effectiveness import rate_ratio
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals import disproportionality, ebgm, fdr, method_choice, poisson
from complaint_qms.engine.signals.ageing import age_weights, births, weighed_units
from complaint_qms.engine.signals.scanning import limits, scan_series
from complaint_qms.engine.signals.series import SeriesMatrix, build_series, in_field
from complaint_qms.engine.signals.types import ScanResult, Settings, SignalRecord

IN_FIELD_WEEKS = 52
"""A unit can draw a complaint for a year after its delivery."""
PROFILE_SHARE = 0.8
"""Share of delivered units that must carry a batch before ages are learned from them."""
SUSPECTS = 200
PAIRINGS = 40
TOTALS = 60
REPEAT_DAYS, REPEAT_LEAST = 30, 3
EBGM_ALARM = 2.0
_NONE = -1


@dataclass
class _Units:
    """Deliveries as columns; codes are those of the history, -1 for what never drew a complaint."""

    item: np.ndarray
    batch: np.ndarray
    day: np.ndarray
    units: np.ndarray

    def __bool__(self) -> bool:
        return len(self.units) > 0


def scan(store: Store, policy: Policy, past: History, until: np.datetime64) -> None:
    """Fill ``series``, ``point``, ``signal``, ``suspect``, ``pairing``, ``total`` and ``repeat``; one step, done again after a kill."""
    if store.done("signals") < 0:
        return
    units = _deliveries(store, past, until)
    with store.transaction():
        for kind in policy.data["signals"]["by"]:
            _scan_kind(store, policy, past, units, kind, until)
        _suspects(store, past, units)
        _pairings(store, past)
        _totals(store, past)
        _repeats(store, past)
        store.set_done("signals", -1)


def _deliveries(store: Store, past: History, until: np.datetime64) -> _Units:
    """What was delivered by the end of the history; later units could not draw a complaint of it."""
    rows = store.db.execute(
        "SELECT item, batch, day, units FROM delivery WHERE day <= ? ORDER BY rowid", (str(until)[:10],)
    ).fetchall()
    if not rows:
        empty = np.empty(0)
        return _Units(empty.astype(int), empty.astype(int), empty.astype("datetime64[D]"), empty)
    item, batch, day, units = zip(*rows, strict=True)
    places = {d: {name: code for code, name in enumerate(past.labels[d])} for d in ("item", "batch")}
    return _Units(
        np.array([places["item"].get(i, _NONE) for i in item]),
        np.array([places["batch"].get(b, _NONE) for b in batch]),
        np.array(day, dtype="datetime64[D]"),
        np.array(units, dtype=float),
    )


def _scan_kind(
    store: Store, policy: Policy, past: History, units: _Units, kind: str, until: np.datetime64
) -> None:
    codes = np.zeros(len(past), dtype=np.int64) if kind == "all" else past.codes[kind].astype(np.int64)
    labels = ["all"] if kind == "all" else past.labels[kind]
    wanted = policy.data["signals"]
    totals = np.bincount(codes[codes >= 0], minlength=len(labels))
    chosen = np.flatnonzero(totals >= wanted["min_total"])
    chosen = np.sort(chosen[np.argsort(-totals[chosen], kind="stable")][: wanted["max_series"]])
    matrix = _matrix(codes, chosen, past, units, kind, until)
    if matrix is None:
        return
    settings = Settings(fdr=wanted["false_discovery_rate"])
    result = scan_series(matrix, settings=settings, **_launch(matrix, past, kind))
    _store(store, kind, [labels[c] for c in chosen.tolist()], totals[chosen], matrix, result)


def _matrix(
    codes: np.ndarray, chosen: np.ndarray, past: History, units: _Units, kind: str, until: np.datetime64
) -> SeriesMatrix | None:
    if not len(chosen):
        return None
    place = np.full(int(codes.max(initial=0)) + 2, _NONE)
    place[chosen] = np.arange(len(chosen))
    row = place[codes]
    seen = row >= 0
    exposure = None
    if units and kind in ("all", "item", "batch"):
        of = np.zeros(len(units.units), dtype=np.int64) if kind == "all" else getattr(units, kind)
        delivered = np.where((of >= 0) & (of < len(place) - 1), place[np.maximum(of, 0)], _NONE)
        kept = delivered >= 0
        exposure = (delivered[kept].tolist(), units.day[kept], units.units[kept])
    try:
        matrix = build_series(
            row[seen].tolist(),
            past.received[seen].astype("datetime64[D]"),
            "week",
            start=past.received[past.near.start].astype("datetime64[D]"),
            until=until.astype("datetime64[D]") + 1,
            exposure=exposure,
            all_keys=list(range(len(chosen))),
        )
    except ValueError:
        return None  # the history is shorter than one whole week
    if matrix.exposure is not None:
        aged = _aged(matrix, chosen, past, units, kind)
        matrix = replace(matrix, exposure=in_field(matrix.exposure, IN_FIELD_WEEKS) if aged is None else aged)
    return matrix


def _aged(
    matrix: SeriesMatrix, chosen: np.ndarray, past: History, units: _Units, kind: str
) -> np.ndarray | None:
    """Units weighed by age, so that complaints per weighed unit are complaints per unit and year; None when the
    deliveries do not name batches or there are too few complaints to learn from."""
    known = units.batch >= 0
    if not known.any() or units.units[known].sum() < PROFILE_SHARE * units.units.sum():
        return None
    batches = len(past.labels["batch"])
    born, size = births(units.batch, units.day, units.units, batches)
    weeks = matrix.periods.starts
    received = past.received.astype("datetime64[D]")
    weights = age_weights(past.codes["batch"], received, born, size, weeks[-1] + 7, IN_FIELD_WEEKS)
    if weights is None:
        return None
    owner = {"all": np.zeros(batches, np.int64), "batch": np.arange(batches), "item": _main_item(past)}[kind]
    place = np.full(int(owner.max(initial=0)) + 1, _NONE)
    inside = chosen < len(place)
    place[chosen[inside]] = np.flatnonzero(inside)
    return weighed_units(born, size, place[owner], weights, weeks, len(chosen))


def _launch(matrix: SeriesMatrix, past: History, kind: str) -> dict:
    """Batches are watched from their first delivery on, against the other batches of the same item."""
    if kind != "batch" or matrix.exposure is None:
        return {}
    return {"launch": np.ones(len(matrix.keys), bool), "reference_rate": _sibling_rates(matrix, past)}


def _sibling_rates(matrix: SeriesMatrix, past: History) -> np.ndarray:
    """Complaints per unit in the field of the other batches of a batch's item; of all batches when there are none."""
    counts, exposure = matrix.counts.sum(axis=1), matrix.exposure.sum(axis=1)
    groups = _main_item(past)[np.asarray(matrix.keys)] if len(matrix.keys) else np.empty(0, int)
    size = int(groups.max(initial=0)) + 1
    count_of, units_of = np.bincount(groups, counts, size), np.bincount(groups, exposure, size)
    rest_count, rest_units = count_of[groups] - counts, units_of[groups] - exposure
    overall = counts.sum() / exposure.sum() if exposure.sum() > 0 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = rest_count / rest_units
    return np.where((rest_units > 0) & (rest_count > 0), rates, overall)


def _main_item(past: History) -> np.ndarray:
    """The item each batch was most often complained about with (0 when no item is given)."""
    return _most_common(past.codes["batch"], past.codes["item"], len(past.labels["batch"]))[0]


def _most_common(groups: np.ndarray, values: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Per group: its most frequent value (the first of equals) and how often; value 0, count 0 when there is none."""
    best, count = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    known = (groups >= 0) & (values >= 0)
    if known.any():
        width = int(values.max()) + 1
        pairs, found = np.unique(groups[known].astype(np.int64) * width + values[known], return_counts=True)
        order = np.lexsort((-pairs, found))  # the last write wins: the largest count, then the smallest value
        group, value = np.divmod(pairs[order], width)
        best[group], count[group] = value, found[order]
    return best, count


def _store(
    store: Store, kind: str, names: list[str], totals: np.ndarray, matrix: SeriesMatrix, result: ScanResult
) -> None:
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
    for i in shown:
        limit = limits(result, matrix.exposure, i)
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


def _signal_row(s: SignalRecord) -> tuple:
    baseline = {
        "first": s.baseline.first,
        "last": s.baseline.last,
        "periods": s.baseline.periods,
        "count": _number(s.baseline.count),
        "exposure": _number(s.baseline.exposure),
    }
    words = [[w.key, {k: _json_value(v) for k, v in w.params.items()}] for w in s.words]
    return (
        s.period, s.method, _number(s.observed), _number(s.expected), _number(s.exposure), _number(s.statistic),
        _number(s.limit), _number(s.p), _number(s.q), json.dumps(baseline, sort_keys=True),
        json.dumps({k: _json_value(v) for k, v in s.parameters.items()}, sort_keys=True),
        json.dumps(words, ensure_ascii=False),
    )  # fmt: skip


def _number(value: object) -> float | None:
    if value is None:
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _json_value(value: object) -> object:
    if isinstance(value, Message):  # inside another one: the name of a period
        return {"template": value.key, "values": {k: _json_value(v) for k, v in value.params.items()}}
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | bool | type(None)) else str(value)


def _suspects(store: Store, past: History, units: _Units) -> None:
    """Batches against the other batches of their item: exact rate ratio, one-sided exact test, false discovery rate.

    Deliveries that name none of the batches are as good as none.
    """
    size = len(past.labels["batch"])
    if not size:
        return
    counts = np.bincount(past.codes["batch"][past.codes["batch"] >= 0], minlength=size)
    item = _main_item(past)
    width = max(len(past.labels["item"]), 1)
    delivered = np.ones(size)
    siblings_units = np.bincount(item, delivered, width)
    siblings_count = np.bincount(item, counts, width)
    known = units.batch >= 0
    measured = bool(units) and bool(known.any())
    if measured:
        delivered = np.bincount(units.batch[known], units.units[known], size)
        # batches that never drew a complaint belong to the comparison
        of_item = units.item >= 0
        if of_item.any():
            siblings_units = np.bincount(units.item[of_item], units.units[of_item], width)
        else:
            siblings_units = np.bincount(item, delivered, width)
    rest_count = (siblings_count[item] - counts).astype(int)
    rest_units = siblings_units[item] - delivered
    testable = (delivered > 0) & (rest_units > 0) & (counts >= 3)
    test = poisson.conditional_test(
        np.where(testable, counts, np.nan), delivered, rest_count, np.maximum(rest_units, 0)
    )
    p = np.where(testable, test.p, np.nan)
    if not testable.any():
        return
    q = np.full(size, np.nan)
    q[testable] = fdr.adjust(p[testable])
    order = [i for i in np.lexsort((np.arange(size), -counts, p)).tolist() if testable[i]][:SUSPECTS]
    kind, kind_count = _most_common(past.codes["batch"], past.codes["type"], size)
    supplier, supplier_count = _most_common(past.codes["batch"], past.codes["supplier"], size)
    rows = []
    for rank, i in enumerate(order, 1):
        ratio = rate_ratio(int(rest_count[i]), float(rest_units[i]), int(counts[i]), float(delivered[i]))
        rows.append(
            (rank, past.labels["batch"][i], past.labels["item"][item[i]] if past.labels["item"] else None,
             past.labels["supplier"][supplier[i]] if supplier_count[i] else None,
             int(counts[i]), float(delivered[i]) if measured else None, int(rest_count[i]),
             float(rest_units[i]) if measured else None, _number(test.expected[i]), _number(ratio.ratio),
             _number(ratio.lower), _number(ratio.upper), _number(p[i]), _number(q[i]),
             past.labels["type"][kind[i]] if kind_count[i] else None, int(kind_count[i]))
        )  # fmt: skip
    store.insert("suspect", rows, 16)


def _pairings(store: Store, past: History) -> None:
    """Items that draw one type of complaint out of proportion, by EBGM or PRR as the engine's rule says."""
    known = (past.codes["item"] >= 0) & (past.codes["type"] >= 0)
    if not known.any():
        return
    table = disproportionality.pair_table(
        past.codes["item"][known].tolist(), past.codes["type"][known].tolist()
    )
    method = method_choice.choose_pairs(len(table.items), len(table.defects), len(table.n))
    if method == "ebgm":
        prior = ebgm.fit_prior(table.n, table.expected)
        found = ebgm.score(table.n, table.expected, prior.theta)
        ratio, low, high = found.ebgm, found.eb05, found.eb95
        alarm = (low >= EBGM_ALARM) & (table.n >= 3)
    else:
        found = disproportionality.disproportion(*table.cells())
        ratio, low, high = found.prr, found.prr_lower, found.prr_upper
        alarm = found.alarm & (low > 1)
    places = np.flatnonzero(alarm)
    places = places[np.lexsort((places, -low[places]))][:PAIRINGS]
    items, kinds = past.labels["item"], past.labels["type"]
    rows = [
        (items[table.items[table.item_index[i]]], kinds[table.defects[table.defect_index[i]]], int(table.n[i]),
         _number(table.expected[i]), method, _number(ratio[i]), _number(low[i]), _number(high[i]))
        for i in places.tolist()
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
    codes = past.codes["customer"]
    size = len(past.labels["customer"])
    most = np.zeros(size, dtype=np.int64)
    known = codes >= 0
    np.maximum.at(most, codes[known], past.recent("customer", REPEAT_DAYS)[known])
    total = np.bincount(codes[known], minlength=size)
    chosen = np.flatnonzero(most >= REPEAT_LEAST)
    chosen = chosen[np.lexsort((chosen, -total[chosen], -most[chosen]))]
    # rows are in event order: the last write wins, so the first day is written backwards
    last = np.empty(size, dtype="datetime64[D]")
    first = last.copy()
    days = past.received.astype("datetime64[D]")
    last[codes[known]] = days[known]
    first[codes[known][::-1]] = days[known][::-1]
    names = past.labels["customer"]
    rows = [(names[c], int(total[c]), int(most[c]), str(first[c]), str(last[c])) for c in chosen.tolist()]
    store.insert("repeat", rows, 5)
