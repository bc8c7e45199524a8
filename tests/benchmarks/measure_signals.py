"""Alarms of every method on a real file, and false alarms on the same events with their dates shuffled.

    python -m tests.benchmarks.measure_signals FILE.csv [--date DATE_ADDED] [--label LABEL_COMPONENT_FAILURE]
        [--kind week] [--shuffles 20] [--min-events 10] [--seed 1]

Events are counted per label and period. Shuffling deals the dates out anew over all events (fixed seed): every label
keeps its number of events, all labels together keep their number per day, and whatever a label did in time is gone.
So a shuffled alarm is a false one, and a season or growth shared by all labels stays in both.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter

import numpy as np

from complaint_qms.engine.signals.ears_chart import ears
from complaint_qms.engine.signals.method_choice import METHODS
from complaint_qms.engine.signals.scanning import ScanResult, Settings, scan
from complaint_qms.engine.signals.series import build_series, to_days


def scans(
    settings: dict[str, Settings], counts: np.ndarray, exposure: np.ndarray | None
) -> dict[str, ScanResult]:
    # A sequential test needs a rate from elsewhere; the file has none, so each label's own stands in.
    rate = None if exposure is None else counts.sum(axis=1) / exposure.sum(axis=1)
    return {
        name: scan(counts, exposure, settings=chosen, reference_rate=rate)
        for name, chosen in settings.items()
    }


def measure(result: ScanResult, min_count: float) -> np.ndarray:
    """Judged cells, alarms of the method's own limit, and signals after the false discovery rate."""
    alarm = result.cells.alarm & (result.cells.observed >= min_count)
    if result.settings.method == "maxsprt":
        alarm &= np.cumsum(alarm, axis=1) == 1
    judged = (
        ~np.isnan(result.cells.p) if not np.isnan(result.cells.p).all() else ~np.isnan(result.cells.limit)
    )
    return np.array([judged.sum(), alarm.sum(), result.signal.sum()], float)


def plain_ears(counts: np.ndarray, min_count: float) -> dict[str, int]:
    """EARS by its textbook limit, without a minimum standard deviation and with 0.5 of it."""
    return {
        f"ears {name}, min sd {sd:g}": int(
            (ears(counts, name, min_sd=sd).alarm & (counts >= min_count)).sum()
        )
        for name in ("C1", "C2", "C3")
        for sd in (0.0, 0.5)
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("file")
    parser.add_argument("--date", default="DATE_ADDED")
    parser.add_argument("--label", default="LABEL_COMPONENT_FAILURE")
    parser.add_argument("--kind", default="week", choices=["day", "week", "month", "quarter"])
    parser.add_argument("--shuffles", type=int, default=20)
    parser.add_argument("--min-events", type=int, default=10)
    parser.add_argument("--min-count", type=float, default=3)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    with open(options.file, encoding="utf-8", newline="") as source:
        rows = [(row[options.label], row[options.date]) for row in csv.DictReader(source)]
    totals = Counter(label for label, _ in rows)
    kept = sorted(label for label, n in totals.items() if label and n >= options.min_events)
    labels, dates = [label for label, _ in rows], to_days([day for _, day in rows])
    settings = {"default choice": Settings(min_count=options.min_count)}
    settings |= {name: Settings(method=name, min_count=options.min_count) for name in METHODS[1:]}

    def tables(order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        matrix = build_series(labels, dates[order], options.kind, until=dates.max() + 1, start=dates.min())
        place = {key: i for i, key in enumerate(matrix.keys)}
        # All labels together stand in for the units in the field, which the file does not hold.
        total = np.broadcast_to(matrix.counts.sum(axis=0), (len(kept), len(matrix.periods)))
        return matrix.counts[[place[key] for key in kept]], total.copy()

    def both(order: np.ndarray) -> tuple[dict[str, np.ndarray], dict[str, int]]:
        counts, total = tables(order)
        out = {
            f"{n}, counts only": measure(r, options.min_count)
            for n, r in scans(settings, counts, None).items()
        }
        out |= {
            f"{n}, with exposure": measure(r, options.min_count)
            for n, r in scans(settings, counts, total).items()
        }
        return out, plain_ears(counts, options.min_count)

    real, real_ears = both(np.arange(len(dates)))
    rng = np.random.default_rng(options.seed)
    shuffled = [both(rng.permutation(len(dates))) for _ in range(options.shuffles)]
    counts, _ = tables(np.arange(len(dates)))
    print(f"{len(rows):,} events; {len(kept)} of {len(totals)} labels with at least {options.min_events}")
    print(f"{counts.shape[1]} {options.kind}s; at least {options.min_count:g} complaints for an alarm")
    print(f"false: mean of {options.shuffles} shuffles, seed {options.seed}")
    print(f"{'method':<34}{'judged':>8}{'alarms':>8}{'false':>8}{'signals':>9}{'false':>8}")
    for name, (judged, alarms, signals) in real.items():
        if judged == 0 and alarms == 0:
            print(f"{name:<34}{'not judged: too short a history, or no exposure':>49}")
            continue
        false = np.mean([run[0][name] for run in shuffled], axis=0)
        print(f"{name:<34}{judged:>8.0f}{alarms:>8.0f}{false[1]:>8.1f}{signals:>9.0f}{false[2]:>8.2f}")
    for name, alarms in real_ears.items():
        false_alarms = np.mean([run[1][name] for run in shuffled])
        print(f"{name:<34}{'':>8}{alarms:>8}{false_alarms:>8.1f}")


if __name__ == "__main__":
    main()
