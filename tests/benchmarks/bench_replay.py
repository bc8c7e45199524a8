"""`complaint-qms replay` on a generated history: rows a second, memory, and that the bytes repeat.

    python -m tests.benchmarks.bench_replay [--rows N] [--text-rows N [N ...]] [--big-text] [--folder DIR]

Each run is a process of its own; rates are by processor seconds (user and system, start-up and report included) and by the
clock. Both fall on a machine whose cores are shared. Bars: 20,000 rows a second without texts, 2,000 with everything at
every size, 1,000,000 rows in at most 1 GB (``--big-text``: also with everything, which takes some minutes), same bytes
twice. The history is the sample: 19 columns, nine of them dates, about 450 characters a complaint. A generated history is
kept in DIR and used again. As in an installed program, modules are compiled before the first run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from scripts.bench import compiled_aside

BAR_PLAIN, BAR_TEXT, BAR_MEGABYTES = 20_000, 2_000, 1024
TEXT_ROWS = (10_000, 20_000, 50_000, 100_000)
BIG = 1_000_000


@dataclass(frozen=True)
class Run:
    """What one replay took."""

    rows: int
    processor: float
    clock: float
    megabytes: float


def history(folder: Path, rows: int) -> Path:
    """The sample of `rows` complaints, generated once, by another process: a child's peak memory starts at its parent's."""
    place = folder / f"sample-{rows}"
    if not (place / "planted.json").exists():
        command = [
            sys.executable,
            "-m",
            "complaint_qms.backtest.main",
            "sample",
            "--out",
            str(place),
            "--rows",
            str(rows),
        ]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return place


def replay(place: Path, out: Path, rows: int, *more: str) -> Run:
    """One replay in a fresh process."""
    files = [str(place / "complaints.csv"), "--deliveries", str(place / "deliveries.csv")]
    command = [
        sys.executable,
        "-m",
        "complaint_qms.backtest.main",
        "replay",
        *files,
        "--out",
        str(out),
        "--quiet",
        "--fresh",
    ]
    compiled = compiled_aside(dict(os.environ), out.parent / "compiled")
    begin = time.perf_counter()
    child = os.posix_spawn(sys.executable, [*command, *more], compiled)
    _, status, used = os.wait4(child, 0)
    clock = time.perf_counter() - begin
    if status:
        sys.exit(f"replay ended with {os.waitstatus_to_exitcode(status)}")
    return Run(rows, used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)


def line(name: str, value: str, bar: str, held: bool) -> None:
    print(f"{name:44s} {value:>34s}   bar {bar:16s} {'holds' if held else 'MISSED'}", flush=True)


def rate(name: str, run: Run, bar: int) -> None:
    value = run.rows / run.processor
    line(
        name,
        f"{value:,.0f} rows/s ({run.rows / run.clock:,.0f} by the clock)",
        f"{bar:,} rows/s",
        value >= bar,
    )


def memory(run: Run) -> None:
    held = run.megabytes <= BAR_MEGABYTES
    line(f"  memory, {run.rows:,} rows", f"{run.megabytes:,.0f} MB", f"{BAR_MEGABYTES:,} MB", held)


def same_bytes(one: Path, other: Path) -> bool:
    names = ("replay.sqlite", "report.html")
    digests = [[hashlib.sha256((out / n).read_bytes()).digest() for n in names] for out in (one, other)]
    return digests[0] == digests[1]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=BIG, help="rows of the run without texts")
    parser.add_argument(
        "--text-rows", type=int, nargs="+", default=TEXT_ROWS, help="rows of the runs with everything"
    )
    parser.add_argument("--big-text", action="store_true", help=f"{BIG:,} rows with everything as well")
    parser.add_argument(
        "--folder", type=Path, help="where the history is kept (default: a folder that is removed)"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.folder or Path(scratch)
        out = Path(scratch)
        replay(history(folder, 1_000), out / "first", 1_000)
        plain = replay(history(folder, options.rows), out / "plain", options.rows, "--no-text")
        rate(f"replay without texts, {options.rows:,} rows", plain, BAR_PLAIN)
        memory(plain)
        for rows in (*options.text_rows, *((BIG,) if options.big_text else ())):
            full = replay(history(folder, rows), out / f"text-{rows}", rows)
            rate(f"replay with everything, {rows:,} rows", full, BAR_TEXT)
            memory(full)
        rows = min(options.text_rows)
        replay(history(folder, rows), out / "again", rows)
        same = same_bytes(out / f"text-{rows}", out / "again")
        line("  same bytes in database and report", "yes" if same else "no", "yes", same)


if __name__ == "__main__":
    main()
