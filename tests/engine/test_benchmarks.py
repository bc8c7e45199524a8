"""The benchmarks of the engine and of the back-test still run, at tiny sizes."""

from __future__ import annotations

import pytest

from tests.benchmarks.smoke import printed


@pytest.mark.parametrize(
    ("name", "arguments", "last"),
    [
        ("bench_clock", (), "used"),
        ("bench_hostile", ("400",), "holds"),
        ("bench_replay", ("--rows", "1000", "--text-rows", "1000"), "same bytes"),
        ("bench_signals", ("200",), "MaxSPRT"),
        ("bench_text", ("200",), "everything together"),
        ("bench_topics", ("400",), "together"),
        ("measure_classifier", ("no such folder",), "skipped"),
    ],
)
def test_it_runs_to_its_end(name: str, arguments: tuple[str, ...], last: str) -> None:
    assert last in printed(name, *arguments).splitlines()[-1]
