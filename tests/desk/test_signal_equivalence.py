"""A site and a back-test of its complaints as a file find the same."""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path

import frappe
import pytest

from complaint_qms.backtest import sample
from complaint_qms.backtest.main import main
from complaint_qms.services import writing
from complaint_qms.services.signals import run
from tests.backtest.outcome import query
from tests.desk import factory

KINDS = ("all", "item", "batch", "type", "supplier", "region")
COLUMNS = {
    "Customer": "customer",
    "Item": "item_code",
    "Batch No": "batch_no",
    "Supplier": "supplier",
    "Complaint type": "complaint_type",
    "Channel": "channel",
    "Region": "territory",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Complaints and deliveries that hold nothing a site would refuse."""
    sample.write_sample(tmp_path, 900)
    for name, column in (("complaints.csv", "Received at"), ("deliveries.csv", "Delivery date")):
        rows = {
            row.get("Complaint No", at): row
            for at, row in enumerate(lines(tmp_path / name))
            if is_day(row[column])
        }
        with (tmp_path / name).open("w", encoding="utf-8", newline="") as handle:
            writer = csv.DictWriter(handle, list(next(iter(rows.values()))))
            writer.writeheader()
            writer.writerows(rows.values())
    return tmp_path


def is_day(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def put_in(folder: Path, company: str) -> str:
    """Complaints and deliveries of the files as the site's; the day of the last complaint."""
    complaints, now = lines(folder / "complaints.csv"), frappe.utils.now_datetime()
    rows = [
        {
            "subject": "x", "company": company, "stage": "closed", "received_at": f"{row['Received at']}:00",
            **{field: row[name] or None for name, field in COLUMNS.items()},
        }
        for row in complaints
    ]  # fmt: skip
    names = [f"EQ-{row['Complaint No']}" for row in complaints]
    writing.insert_rows("Complaint", rows, now, "Administrator", "test", names)
    notes, items = [], []
    for row in lines(folder / "deliveries.csv"):
        notes.append({"company": company, "posting_date": row["Delivery date"], "docstatus": 1})
        items.append(
            {"item_code": row["Item"], "batch_no": row["Batch No"] or None, "stock_qty": row["Units"]}
        )
    parents = writing.insert_rows("Delivery Note", notes, now, "Administrator", "test")
    for parent, row in zip(parents, items, strict=True):
        row |= {"parent": parent, "parenttype": "Delivery Note", "parentfield": "items", "docstatus": 1}
    writing.insert_rows("Delivery Note Item", items, now, "Administrator", "test")
    return max(row["Received at"] for row in complaints)[:10]


def test_a_site_finds_what_a_back_test_of_its_file_finds(folder: Path):
    company = factory.other_company()
    day = put_in(folder, company)
    out = folder / "out"
    files = [str(folder / "complaints.csv"), "--deliveries", str(folder / "deliveries.csv")]
    assert (
        main(["--lang", "en", "replay", *files, "--out", str(out), "--quiet", "--no-text", "--as-of", day])
        == 0
    )
    replayed = {
        (
            tuple(sorted(map(tuple, json.loads(parts)))),
            change,
            trend,
            first,
            last,
            observed,
            round(expected, 3),
        )
        for parts, change, trend, first, last, observed, expected in query(
            out, "SELECT parts, change, trend, first_label, last_label, observed, expected FROM finding"
        )
    }
    scan = frappe.new_doc("Signal Scan")
    scan.update({"company": company, "as_of": day, **{f"by_{kind}": 1 for kind in KINDS}, "by_item_type": 0})
    found = run.find_rises(scan)
    labels = found.complaints.labels
    periods = found.scans[0].watched.periods
    here = {
        (
            tuple(sorted((kind, labels[kind][code]) for kind, code in one.parts)), one.change, one.trend,
            periods.label(one.first), periods.label(one.last), one.observed, round(one.expected, 3),
        )
        for one in found.findings
    }  # fmt: skip
    assert any(part == ("batch", "KB200-08") for parts, *_rest in here for part in parts)
    assert here == replayed
    signals = query(out, "SELECT count(*) FROM signal")[0][0]
    assert found.signals == signals > 0
