"""False alarms of every method where nothing happened, beside what is promised.

    python -m tests.benchmarks.measure_false_alarms [SERIES] [--seed 1]

Series of a constant level: Poisson (dispersion 1) and negative binomial counts with variance = dispersion × mean. Every
period is judged as a scan does it. Prints a table of method × dispersion × mean, in 1,000 judged weeks:

* poisson, u, laney, ears, farrington: weeks that pass the method's limit; promised: the level of 1 in 1,000;
* cusum: lasting rises reported, for one series watched alone, and for 1,000 watched together; promised: 1;
* scan: weeks with any signal of their own among 50 series by the default choice; promised: 50 (a false discovery rate of
  5 %). A false rise comes on top as often as the cumulative sums promise, and then lasts for some weeks. Also of 500 series of
  which a third have the dispersion and the others vary by chance;
* maxsprt: launches with a signal at any time, of 1,000 launches that begin together; promised: 50.
"""

from __future__ import annotations

import argparse
import sys

import numpy as np

from complaint_qms.engine.signals.detect import rules_of
from complaint_qms.engine.signals.moving_baseline import moving_baseline
from complaint_qms.engine.signals.scanning import Settings, scan
from complaint_qms.engine.signals.shared_dispersion import lent_dispersion

DISPERSIONS, MEANS = (1.0, 1.5, 2.0, 3.0), (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
WEEKS, FAMILY, MIXED, TOGETHER = 208, 50, 500, 1000
PROMISED = {
    "poisson": 1.0, "u": 1.0, "laney": 1.0, "ears": 1.0, "farrington": 1.0, "cusum, alone": 1.0,
    "cusum, 1,000 together": 1.0, "scan of 50": 50.0, "scan of 500, a third uneven": 50.0, "maxsprt": 50.0,
}  # fmt: skip


def draw(rng: np.random.Generator, dispersion: float, mean: np.ndarray) -> np.ndarray:
    """Counts of this mean whose variance is so many times the mean."""
    if dispersion == 1:
        return rng.poisson(mean).astype(float)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion).astype(float)


def rises(counts: np.ndarray) -> tuple[float, float]:
    """Lasting rises reported in 1,000 weeks: of one series alone, and of 1,000 series together."""
    settings, everywhere = Settings(), np.ones(counts.shape, bool)
    lent = lent_dispersion(counts, None, everywhere, settings.baseline, settings.guard, settings.min_baseline)
    found = []
    for together, borrowed in ((1, None), (TOGETHER, lent)):
        past = moving_baseline(counts, np.ones_like(counts), rules_of(settings), lent=borrowed)
        judged = (~np.isnan(past.reference)).sum()
        reported = past.lasting & (past.evidence >= np.log(settings.cusum_run_length * together))
        begun = sum(len(set(since[at])) for since, at in zip(past.since, reported, strict=True))
        found.append(1000 * begun / judged * together)
    return found[0], found[1]


def measure(method: str, rng: np.random.Generator, dispersion: float, mean: float, series: int) -> float:
    """Of 1,000 judged weeks, or launches, how many are false alarms."""
    units = rng.uniform(0.5, 1.5, (series, WEEKS))
    if method == "farrington":
        counts = draw(rng, dispersion, np.full((max(1, series // 4), 6 * 52), mean))
        cells = scan(counts, last=52, settings=Settings(method=method)).cells
        # A week with too few complaints of late to be judged is one without a false alarm.
        return 1000 * float(cells.alarm.sum()) / (len(counts) * 52)
    elif method in ("u", "laney"):
        cells = scan(draw(rng, dispersion, mean * units), units, settings=Settings(method=method)).cells
    elif method == "maxsprt":
        counts = draw(rng, dispersion, mean * units)
        found = scan(counts, units, launch=np.ones(series, bool), reference_rate=mean).cells
        ended = np.nan_to_num(found.expected) > 0
        return 1000 * float((found.alarm & ended & (found.spread == Settings().sprt_plan)).any(axis=1).mean())
    elif method.startswith("scan of"):
        mixed = method != "scan of 50"
        size = MIXED if mixed else FAMILY
        families = []
        for _ in range(-(-(3 if mixed else 1) * series // size)):
            counts = draw(rng, dispersion, np.full((size, WEEKS), mean))
            if mixed:
                counts[size // 3 :] = rng.poisson(mean, counts[size // 3 :].shape)
            families.append(scan(counts, settings=Settings(lasting=False)))
        judged = [(~np.isnan(one.cells.expected)).any(axis=0) for one in families]
        weeks = sum(int(one.sum()) for one in judged)
        return 1000 * sum(int(one.signal.any(axis=0).sum()) for one in families) / weeks
    else:
        counts = draw(rng, dispersion, np.full((series, WEEKS), mean))
        cells = scan(counts, settings=Settings(method=method)).cells
    judged_cells = ~np.isnan(cells.p)
    return 1000 * float((cells.alarm & judged_cells).sum() / judged_cells.sum())


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("series", nargs="?", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    print("| method | promised | dispersion | " + " | ".join(f"mean {mean:g}" for mean in MEANS) + " |")
    print("|---|---|---|" + "---|" * len(MEANS))
    for method, promised in PROMISED.items():
        if method == "cusum, 1,000 together":
            continue
        for dispersion in DISPERSIONS:
            rng = np.random.default_rng([options.seed, round(10 * dispersion), len(method)])
            if method == "cusum, alone":
                pairs = [
                    rises(draw(rng, dispersion, np.full((4 * options.series, WEEKS), mean))) for mean in MEANS
                ]
                for name, values in zip(
                    ("cusum, alone", "cusum, 1,000 together"), zip(*pairs, strict=True), strict=True
                ):
                    row(name, PROMISED[name], dispersion, values)
                continue
            found = [measure(method, rng, dispersion, mean, options.series) for mean in MEANS]
            row(method, promised, dispersion, found)
    return 0


def row(method: str, promised: float, dispersion: float, found: tuple[float, ...] | list[float]) -> None:
    cells = " | ".join(f"{value:.2f}" for value in found)
    print(
        f"| {method} | {promised:g} | {dispersion:g} | {cells} |",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
