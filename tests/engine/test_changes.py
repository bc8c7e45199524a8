"""Marks of change hold what they promise over many lines, with counts that scatter more than chance as well."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from complaint_qms.engine.changes import changed, p_values, scatter

REPORTS, LINES = 300, 60


def drawn(rng: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    if dispersion == 1:
        return rng.poisson(mean)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion)


@pytest.mark.parametrize("dispersion", [1.0, 2.0])
def test_where_nothing_changed_few_reports_mark_a_line_and_what_rose_is_found(dispersion: float) -> None:
    rng = np.random.default_rng(7)
    marked = found = false = 0
    for _report in range(REPORTS):
        mean = rng.gamma(1, 20, LINES) + 1
        before, now = drawn(rng, mean, dispersion), drawn(rng, mean, dispersion)
        marked += changed(before, now).any()
        now[:3] = drawn(rng, mean[:3] * 3 + 60, dispersion)
        marks = changed(before, now)
        found += (marks[:3] == 1).sum()
        false += (marks[3:] != 0).sum()
    assert marked / REPORTS < 0.08
    assert found / (3 * REPORTS) > 0.9
    assert false / (false + found) < 0.06


def test_the_chance_is_the_exact_one() -> None:
    pairs = [(0, 12), (30, 10), (7, 8), (0, 0), (5, 0)]
    before, now = np.array(pairs, float).T
    exact = [binomtest(b, a + b).pvalue if a + b else 1.0 for a, b in pairs]
    assert p_values(before, now) == pytest.approx(exact)
    assert scatter(before, now) == 1.0


def test_what_was_not_there_before_rises_and_few_complaints_are_no_test() -> None:
    assert changed([0, 3, 0], [40, 3, 4]).tolist() == [1, 0, 0]
    assert changed([30] + [0] * 500, [10] + [3] * 500)[0] == -1
    # One rise of this size in a table of twenty is what chance brings.
    assert not changed([10] * 20, [22] + [10] * 19).any()
    assert changed([10], [22]).tolist() == [0]
    assert changed([10], [24]).tolist() == [1]
    assert changed([], []).tolist() == []
