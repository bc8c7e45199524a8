"""Import of a file of complaints compared with Frappe's Data Import of the same rows, in one run on one site.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_import [--site NAME] [--bench PATH] [--rows 10000] [--slices 10] [--sample 100] [--linear N]

Both read CSV files with the same contents. At some 100 rows a second a file of 100,000 rows would take Data Import a
quarter of an hour and more, so it is timed on samples: after each slice of the import it gets one, so that both meet
the same load of the machine, and its cost per row over all samples is taken for a file of any length. That flatters it:
`--linear N` times it on one file of N rows, and a row costs it more there (Frappe keeps a list of the records being
saved from which an inserted one is never taken, and looks through it at each save).

The processor time that this process spent on a row is printed as well: on a machine that others use it says more than
the clock on the wall.

Memory is that of the whole process, read after each batch: once a tenth of the rows is in, more rows must not need
more. Everything made is removed again, also when it fails. Use a site that may be played with.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, process_time
from typing import NamedTuple

import frappe
import psutil

from complaint_qms.services.importing import preparation, run, source
from tests.benchmarks.connection import add_site, connected

BAR = 5.0
MEMORY_BAR = 1.1
MARK = "BENCH-IMPORT"
OWN_HEADINGS = ["Complaint ID", "Subject", "Received", "Customer", "Model", "Company", "Description"]
# Data Import finds columns by the labels of these fields.
FIELDS = (
    "external_id",
    "subject",
    "received_at",
    "complainant_name",
    "product_model",
    "company",
    "description",
)
WORDS = (
    "handle",
    "lid",
    "seal",
    "lamp",
    "cable",
    "broke",
    "leaks",
    "late",
    "noise",
    "after two days",
    "again",
    "carton",
)


class Speed(NamedTuple):
    """Rows per second, and milliseconds of this process's processor time per row."""

    rows: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.rows:8.1f} rows/s   {self.cpu:6.2f} ms of processor time a row"


class Watch:
    """Runs from the moment it is made, but for the blocks in which it is stopped."""

    def __init__(self) -> None:
        self._wall, self._cpu = -perf_counter(), -process_time()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        wall, cpu = perf_counter(), process_time()
        yield
        self._wall -= perf_counter() - wall
        self._cpu -= process_time() - cpu

    def over(self, rows: int) -> Speed:
        return Speed(rows / (self._wall + perf_counter()), 1000 * (self._cpu + process_time()) / rows)


def write_file(path: Path, rows: int, headings: list[str], mark: str) -> None:
    """`rows` complaints whose texts differ; headings are for the import or for Data Import."""
    company = frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)[0]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(headings)
        for n in range(rows):
            text = " ".join(WORDS[(n * step + step) % len(WORDS)] for step in range(1, 25))
            writer.writerow(
                [f"{mark}-{n}", f"{mark} {text}"[:130], f"2024-{n % 12 + 1:02d}-{n % 28 + 1:02d} 10:00:00", f"Shop {n % 500}", f"Lamp {n % 90}", company, text]
            )  # fmt: skip


def data_import(path: Path) -> Speed:
    """Frappe's own importer."""
    from frappe.core.doctype.data_import.importer import Importer

    content = path.read_text("utf-8")
    file = frappe.get_doc(
        {"doctype": "File", "file_name": path.name, "content": content, "is_private": 1}
    ).insert()
    record = frappe.get_doc(
        {
            "doctype": "Data Import",
            "reference_doctype": "Complaint",
            "import_type": "Insert New Records",
            "import_file": file.file_url,
            "mute_emails": 1,
        }
    ).insert()
    rows = content.count("\n") - 1
    watch = Watch()
    Importer("Complaint", data_import=record).import_data()
    speed = watch.over(rows)
    good = frappe.db.count("Data Import Log", {"data_import": record.name, "success": 1})
    if good != rows:
        failed = frappe.get_all(
            "Data Import Log", {"data_import": record.name, "success": 0}, ["messages"], limit=1
        )
        raise SystemExit(f"Data Import took {good} of {rows} rows: {failed}")
    frappe.db.delete("Data Import Log", {"data_import": record.name})
    frappe.delete_doc("Data Import", record.name, force=True)
    frappe.delete_doc("File", file.name, force=True)
    return speed


def own_import(path: Path, slices: int, between: Callable[[int], None]) -> tuple[Speed, float, float]:
    """The import, reading, checking, proposing and writing included, with `between` called after each of the slices
    and not counted; and the most memory in use (MB) until a tenth of the rows was in, and until the end."""
    company = frappe.get_all("Company", pluck="name", order_by="creation asc", limit=1)[0]
    watch = Watch()
    found = source.open_file(path)
    doc = preparation.for_command(path, found, company, run.BATCH, None, live=False)
    process, sizes, done = psutil.Process(), [], 0

    def told(counts: run.Counts) -> None:
        nonlocal done
        with watch.stopped():
            sizes.append((counts.position, process.memory_info().rss / 1e6))
            if counts.position * slices >= (done + 1) * found.records:
                between(done)
                done += 1

    total = run.import_rows(doc, found, told)
    speed = watch.over(found.records)
    frappe.delete_doc("Complaint Import", doc.name, force=True)
    frappe.db.commit()
    if total.imported != found.records:
        raise SystemExit(f"{total}")
    early = [size for position, size in sizes if position <= max(found.records // 10, run.BATCH)]
    return speed, max(early), max(size for _position, size in sizes)


def clean(mark: str) -> None:
    """Remove what a run made; a quality record goes past its DocType, which deletes none."""
    names = frappe.get_all(
        "Complaint", {"external_id": ("like", f"{mark}-%")}, pluck="name", order_by="name asc"
    )
    for start in range(0, len(names), 2000):
        part = names[start : start + 2000]
        for child in ("Complaint Stage Log", "Complaint Checklist Item"):
            frappe.db.delete(child, {"parent": ("in", part)})
        frappe.db.delete("Workflow Action", {"reference_name": ("in", part)})
        frappe.db.delete("Complaint", {"name": ("in", part)})
    frappe.db.commit()


def main(site: str, sites: Path, rows: int, slices: int, sample: int, linear: int) -> int:
    """Measure both; 0 when the bars hold."""
    mark = f"{MARK}-{frappe.generate_hash(length=6)}"
    theirs: list[Speed] = []

    def sampled(number: int, count: int = sample) -> Speed:
        path = Path(folder) / f"{mark}-{number}.csv"
        meta = frappe.get_meta("Complaint")
        write_file(path, count, [meta.get_label(name) for name in FIELDS], f"{mark}-d{number}")
        return data_import(path)

    with connected(site, sites), tempfile.TemporaryDirectory() as folder:
        frappe.flags.mute_emails = True
        own = Path(folder) / f"{mark}.csv"
        write_file(own, rows, OWN_HEADINGS, mark)
        try:
            fast, early, peak = own_import(own, slices, lambda number: theirs.append(sampled(number)))
            whole = sampled(slices, linear) if linear else None
        finally:
            frappe.db.rollback()
            clean(mark)
    slow = Speed(
        len(theirs) / sum(1 / speed.rows for speed in theirs),
        sum(speed.cpu for speed in theirs) / len(theirs),
    )
    ratio, growth = fast.rows / slow.rows, peak / early
    print(f"import      {rows:9,} rows in {slices} slices    {fast}")
    print(f"Data Import {sample * len(theirs):9,} rows between them  {slow}")
    if whole:
        print(f"Data Import {linear:9,} rows in one file   {whole}")
    print(f"import against Data Import    {ratio:6.2f} ×   bar at least {BAR} ×   {verdict(ratio >= BAR)}")
    print(f"in processor time alone       {slow.cpu / fast.cpu:6.2f} ×")
    print(f"memory {early:.0f} MB at a tenth, {peak:.0f} MB at most  {growth:6.2f} ×   bar at most {MEMORY_BAR} ×   "
          f"{verdict(growth <= MEMORY_BAR)}")  # fmt: skip
    return 0 if ratio >= BAR and growth <= MEMORY_BAR else 1


def verdict(holds: bool) -> str:
    return "ok" if holds else "MISSED"


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    add_site(parser)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--slices", type=int, default=10)
    parser.add_argument("--sample", type=int, default=100, help="rows of Data Import after each slice")
    parser.add_argument(
        "--linear", type=int, default=0, help="rows of one more Data Import, to see its cost grow"
    )
    given = parser.parse_args()
    sys.exit(main(given.site, given.bench / "sites", given.rows, given.slices, given.sample, given.linear))
