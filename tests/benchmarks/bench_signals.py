"""Signal scan: 10,000 series × 104 weeks through the default choice of methods, on one core.

    python -m tests.benchmarks.bench_signals [SERIES]

Prints each figure with its bar. The portfolio is generated with a fixed seed: rates over two decades, a third of the
series overdispersed, a third without exposure, some rises planted.
"""

from __future__ import annotations

import os

# One core for everything numpy calls; it reads these when it is loaded, hence the late imports.
# ruff: noqa: E402
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"):
    os.environ[_name] = "1"

import resource
import sys
import tracemalloc
from time import perf_counter, process_time

import numpy as np

from complaint_qms.engine.signals.ebgm import fit_prior, score
from complaint_qms.engine.signals.method_choice import METHODS
from complaint_qms.engine.signals.scanning import Settings, scan
from complaint_qms.engine.signals.sequential import critical_value
from complaint_qms.engine.signals.series import build_series

SERIES, WEEKS = 10_000, 104
BAR_SECONDS, BAR_MEGABYTES, BAR_RATIO = 1.0, 500, 2.4
HISTORY = 8 * 52


def portfolio(series: int, weeks: int, seed: int = 11) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    units = rng.integers(200, 2000, (series, weeks)).astype(float)
    mean = rng.gamma(0.8, 0.006, (series, 1)) * units
    wild = rng.random((series, 1)) < 1 / 3
    counts = np.where(
        wild, rng.negative_binomial(np.maximum(mean, 1e-9) / 2, 1 / 3), rng.poisson(mean)
    ).astype(float)
    counts[: series // 100, -1] += 15
    units[rng.random(series) < 1 / 3] = 0
    return counts, units


def best(function, runs: int = 3) -> float:
    """Shortest of some runs in seconds of processor: what the work costs when nothing else is in the way."""
    times = []
    for _ in range(runs):
        begin = process_time()
        function()
        times.append(process_time() - begin)
    return min(times)


def line(name: str, value: str, bar: str = "", held: bool | None = None) -> None:
    verdict = "" if held is None else ("holds" if held else "MISSED")
    print(f"{name:<58} {value:>14}   {bar:<12} {verdict}")


def main(series: int = SERIES) -> int:
    """Measure and print; 0 when the bars hold. Everything is as much smaller as `series` is smaller than the portfolio."""
    share = series / SERIES
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    counts, units = portfolio(series, WEEKS)
    half = series // 2
    scan(counts[:500], units[:500])
    seconds = best(lambda: scan(counts, units))
    halved = best(lambda: scan(counts[:half], units[:half]))
    tracemalloc.start()
    result = scan(counts, units)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    checks = [seconds <= BAR_SECONDS, resident <= BAR_MEGABYTES, seconds / halved <= BAR_RATIO]
    line(f"scan of {series:,} series × {WEEKS} weeks", f"{seconds:.2f} s", f"<= {BAR_SECONDS:g} s", checks[0])
    line("memory of that scan (peak of its own arrays)", f"{peak:.0f} MB")
    line(
        "highest memory of the whole process so far",
        f"{resident:.0f} MB",
        f"<= {BAR_MEGABYTES} MB",
        checks[1],
    )
    line(
        f"cost of {series:,} against {half:,} series",
        f"× {seconds / halved:.2f}",
        f"<= {BAR_RATIO}",
        checks[2],
    )
    used = ", ".join(f"{METHODS[c]} {n:,}" for c, n in enumerate(np.bincount(result.method[:, -1])) if n)
    line("methods chosen for the last week", "")
    print(f"  {used}; {len(result.signals):,} signals")

    print("each method alone on the same portfolio, no bar:")
    for name in METHODS[1:]:
        if name in ("threshold", "farrington"):
            continue
        alone = Settings(method=name)
        line(f"  {name}", f"{best(lambda s=alone: scan(counts, units, settings=s), 1):.2f} s")
    strict = Settings(method="threshold", threshold_count=1e9)
    line("  threshold", f"{best(lambda: scan(counts, units, settings=strict), 1):.2f} s")
    long = np.random.default_rng(5).poisson(6.0, (int(2000 * share), HISTORY)).astype(float)
    line(
        f"  farrington, {int(2000 * share):,} series × {HISTORY} weeks, last week",
        f"{best(lambda: scan(long, last=1), 1):.2f} s",
    )

    rng = np.random.default_rng(8)
    keys = rng.integers(0, series, int(1_000_000 * share))
    days = np.datetime64("2022-01-03") + rng.integers(0, 7 * WEEKS, len(keys))
    listed = keys.tolist()
    line(
        f"weekly series from {len(keys):,} events",
        f"{best(lambda: build_series(listed, days, 'week'), 1):.2f} s",
    )
    e = rng.gamma(0.5, 1.0, int(50_000 * share)) + 0.005
    n = rng.poisson(rng.gamma(1.5, 1 / 1.5, len(e)) * e)
    n, e = n[n > 0], e[n > 0]
    begin = perf_counter()
    prior = fit_prior(n, e)
    score(n, e, prior.theta)
    line(f"EBGM: prior and scores of {len(n):,} pairs", f"{perf_counter() - begin:.2f} s")
    begin = perf_counter()
    critical_value(100.0, 0.0123)
    line("MaxSPRT critical value for T = 100", f"{1000 * (perf_counter() - begin):.0f} ms")
    return 0 if all(checks) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
