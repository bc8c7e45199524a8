"""The benchmarks that need a site still run, at tiny sizes, and take away what they made."""

from __future__ import annotations

import frappe
import pytest

from scripts.make_test import chromium
from tests.benchmarks.smoke import printed
from tests.conftest import bench_here

pytestmark = pytest.mark.commits


@pytest.mark.parametrize(
    ("name", "arguments", "last"),
    [
        pytest.param(
            *("bench_form", ("--rounds", "1", "--warm-up", "0"), "ratio"),
            marks=pytest.mark.skipif(not chromium(), reason="no Chromium installed"),
        ),
        ("bench_audit_trail", ("--rounds", "2", "--entries", "1000"), "entries a second"),
        ("bench_case_file", ("--files", "2", "--messages", "2"), "memory at most"),
        ("bench_guests", ("--requests", "16"), "files written: 0"),
        ("bench_import", ("--rows", "30", "--slices", "2", "--sample", "3"), "memory"),
        ("bench_exposure", ("--rows", "400", "--items", "20", "--rounds", "1"), "bar"),
        ("bench_intake", ("--rounds", "3", "--stored", "20"), "ratio to itself"),
        ("bench_matching", ("--each", "2", "--contacts", "6"), "questions"),
        ("bench_similar", ("--stored", "50", "--asked", "3", "--rounds", "6"), "ratio to itself"),
        ("bench_reports", ("--rows", "200", "--rounds", "1"), "bare"),
        ("bench_rules", ("--stored", "60", "--rounds", "2", "--rules", "6"), "the rules add"),
        ("bench_rest_storm", ("--posts", "40", "--kill-every", "2"), f"differences {0:20}"),
        ("bench_signal_back_test", ("--rows", "400", "--items", "5", "--weeks", "60"), "a setting costs"),
        (
            "bench_signal_scan",
            ("--rows", "400", "--items", "5", "--weeks", "30", "--deliveries", "60"),
            "memory at most",
        ),
        (
            "bench_sweep",
            ("--rows", "400", "--due", "10", "--steps", "10", "--handlers", "2"),
            "document by document",
        ),
        ("bench_tampering", ("--tamperings", "2", "--writers", "1", "--seconds", "2"), "false alarms"),
        ("bench_trace", ("--rows", "200", "--rounds", "1"), "queries do not grow"),
    ],
)
def test_it_runs_to_its_end(name: str, arguments: tuple[str, ...], last: str) -> None:
    told = printed(name, "--site", frappe.local.site, "--bench", str(bench_here().path), *arguments)
    assert last in told.splitlines()[-1]
    assert "WRONG" not in told
    frappe.db.rollback()
    assert not frappe.db.exists("Complaint", {"subject": ("like", "BENCH-%")})
