"""`complaint-qms replay` on a generated history: rows a second, memory, and that the bytes repeat.

    python -m tests.benchmarks.bench_replay [--rows N] [--text-rows N [N ...]] [--big-text] [--folder DIR]

Each run is a process of its own; rates are by processor seconds (user and system, start-up and report included) and by the
clock. Both fall on a machine whose cores are shared. Bars: 20,000 rows a second without texts, 2,000 with everything at
every size, 1,000,000 rows in at most 1 GB (``--big-text``: also with everything, which takes some minutes), same bytes
twice. Beside it stands what the trade's libraries take for the same steps alone, which is far from all of them: pandas for the
file, its dates, a database and weekly counts; scikit-learn for types learned from the texts and told, and texts alike. The history is the sample: 19 columns, nine of them dates, about 450 characters a complaint. A generated history is
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
MOST_OF_NEIGHBOURS = 20_000
"""Rows whose nearest neighbours are sought by comparing all with all."""
BY_PANDAS = """
import sqlite3, sys
import pandas as pd
rows = pd.read_csv(sys.argv[1], dtype=str, encoding="utf-8-sig")
for name in [c for c in rows if c.endswith((" at", " done"))]:
    rows[name] = pd.to_datetime(rows[name], errors="coerce")
rows.sort_values("Received at", kind="stable").to_sql("complaint", sqlite3.connect(sys.argv[2]), index=False)
week = rows["Received at"].dt.to_period("W")
for name in ("Item", "Batch No", "Supplier", "Complaint type", "Region", "Channel"):
    rows.groupby([name, week]).size().unstack(fill_value=0)
"""
BY_SCIKIT_LEARN = """
import sys
import pandas as pd
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC
rows = pd.read_csv(sys.argv[1], dtype=str, encoding="utf-8-sig").dropna(subset=["Description"])
words = TfidfVectorizer(ngram_range=(1, 2), min_df=2)
letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3)
known = rows[rows["Complaint type"].notna()].iloc[:1000]
both = make_union(words, letters).fit(known["Description"])
model = LinearSVC(C=0.3, class_weight="balanced").fit(both.transform(known["Description"]), known["Complaint type"])
matrix = both.transform(rows["Description"])
model.predict(matrix[rows["Complaint type"].isna().to_numpy()])
NearestNeighbors(n_neighbors=5, metric="cosine").fit(matrix).kneighbors(matrix)
"""


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
    return timed([*command, *more], out.parent / "compiled", rows)


def baseline(code: str, place: Path, scratch: Path, rows: int) -> Run:
    """What a library alone takes, in a fresh process."""
    database = scratch / "baseline.sqlite"
    database.unlink(missing_ok=True)
    command = [sys.executable, "-W", "ignore", "-c", code, str(place / "complaints.csv"), str(database)]
    return timed(command, scratch / "compiled", rows)


def timed(command: list[str], compiled: Path, rows: int) -> Run:
    begin = time.perf_counter()
    child = os.posix_spawn(sys.executable, command, compiled_aside(dict(os.environ), compiled))
    _, status, used = os.wait4(child, 0)
    clock = time.perf_counter() - begin
    if status:
        sys.exit(f"{command[1:4]} ended with {os.waitstatus_to_exitcode(status)}")
    return Run(rows, used.ru_utime + used.ru_stime, clock, used.ru_maxrss / 1024)


def told(name: str, run: Run) -> None:
    print(f"  {name:42s} {run.rows / run.processor:>20,.0f} rows/s, {run.megabytes:,.0f} MB", flush=True)


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
        place = history(folder, options.rows)
        told("pandas: file, dates, database, weekly counts", baseline(BY_PANDAS, place, out, options.rows))
        for rows in (*options.text_rows, *((BIG,) if options.big_text else ())):
            full = replay(history(folder, rows), out / f"text-{rows}", rows)
            rate(f"replay with everything, {rows:,} rows", full, BAR_TEXT)
            memory(full)
            if rows <= MOST_OF_NEIGHBOURS:
                alone = baseline(BY_SCIKIT_LEARN, history(folder, rows), out, rows)
                told("scikit-learn: types, texts alike", alone)
        rows = min(options.text_rows)
        replay(history(folder, rows), out / "again", rows)
        same = same_bytes(out / f"text-{rows}", out / "again")
        line("  same bytes in database and report", "yes" if same else "no", "yes", same)


if __name__ == "__main__":
    main()
