"""Files of complaints that are imported."""

from __future__ import annotations

import csv
from pathlib import Path

import frappe

from complaint_qms.services.importing import (
    preparation,
    source,
)
from tests.desk import factory

HEADINGS = ["Case No", "Received", "Customer", "Product", "Lot", "Category", "Channel", "Details"]


def sheet(tmp_path):
    """Writes rows below HEADINGS into a file and gives its path."""

    def make(*rows, headings=HEADINGS, name=None):
        path = tmp_path / (name or f"{frappe.generate_hash(length=8)}.csv")
        with path.open("w", newline="", encoding="utf-8") as handle:
            csv.writer(handle).writerows([headings, *rows])
        return path

    return make


def rows(count: int, **changes: str) -> list[list[str]]:
    tag = frappe.generate_hash(length=6)
    plain = {
        "Received": "2024-03-0{}",
        "Customer": "Corner Shop {}",
        "Product": "Lamp {}",
        "Lot": "L-{}",
        "Category": "Unheard of {}",
        "Channel": "Phone",
        "Details": "The lamp of row {} flickers and then it went dark.",
    } | changes
    return [[f"{tag}-{n}", *(text.format(n) for text in plain.values())] for n in range(1, count + 1)]


def started(path: Path, **changes):
    """The import that the command would run on a file."""
    found = source.open_file(path)
    doc = preparation.for_command(
        path, found, factory.company(), changes.pop("batch_size", 2), None, live=False
    )
    doc.update(changes)
    doc.flags.by_service = True
    return doc.save(), preparation.opened(doc)


def made_by(found) -> list[dict]:
    return frappe.get_all(
        "Complaint",
        {"idempotency_key": ("like", f"import:{found.digest[:32]}:%")},
        ["*"],
        order_by="received_at asc, name asc",
    )
