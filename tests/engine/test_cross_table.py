"""Cross tables: published values, the exact tail against scipy's own distribution, and what must hold for every table."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from complaint_qms.engine.cross_table import SPARSE, cross_table

# Agresti, Categorical Data Analysis, 2nd edition (2002), table 3.2: highest degree by religious beliefs, General Social Survey
DEGREES = [[178, 138, 108], [570, 648, 442], [138, 252, 252]]

TABLES = st.tuples(st.integers(1, 6), st.integers(1, 6)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(0, 40), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


def test_it_agrees_with_published_values():
    found = cross_table(DEGREES)
    published = [
        [137.8, 161.4, 124.8],
        [539.5, 632.1, 488.4],
        [208.7, 244.5, 188.9],
    ]
    assert np.allclose(found.expected, published, atol=0.06)
    assert np.round(found.residual, 1).tolist() == [[4.5, -2.6, -1.9], [2.6, 1.3, -4.0], [-6.8, 0.7, 6.3]]
    assert (round(found.chi_square, 1), found.degrees) == (69.2, 4)
    # Agresti, An Introduction to Categorical Data Analysis, 2nd edition (2007), tables 2.5 and 2.6: party by gender
    party = cross_table([[762, 327, 468], [484, 239, 477]])
    assert np.round(party.residual, 2).tolist() == [[4.50, 0.70, -5.32], [-4.50, -0.70, 5.32]]
    assert (round(party.chi_square, 1), party.degrees) == (30.1, 2)
    # Fisher's tea tasting: two-sided 0.486
    assert np.round(cross_table([[3, 1], [1, 3]]).p, 3).tolist() == [[0.486, 0.486], [0.486, 0.486]]


def test_the_strength_is_that_of_scipy():
    found = cross_table(DEGREES)
    assert found.cramers_v == pytest.approx(stats.contingency.association(np.array(DEGREES), method="cramer"))
    assert 0 < found.corrected_v < found.cramers_v
    assert cross_table([[20, 0], [0, 20]]).cramers_v == 1
    chance = np.random.default_rng(3).poisson(1.5, (30, 30))
    assert cross_table(chance).corrected_v < 0.05 < cross_table(chance).cramers_v


@given(TABLES)
def test_what_holds_for_every_table(counts: list[list[int]]):
    table = np.array(counts, dtype=float)
    found = cross_table(table)
    if not table.sum():
        assert np.isnan(found.residual).all()
        assert not found.more.any()
        return
    assert np.allclose(found.expected.sum(axis=0), table.sum(axis=0))
    assert np.allclose(found.expected.sum(axis=1), table.sum(axis=1))
    told = ~np.isnan(found.residual)
    assert np.all((found.p[told] >= 0) & (found.p[told] <= 1) & (found.q[told] >= found.p[told] - 1e-15))
    assert not np.any(found.more & found.less)
    turned = cross_table(table.T)
    for name in ("expected", "residual", "p", "q"):
        assert np.allclose(getattr(turned, name).T, getattr(found, name), equal_nan=True)
    assert np.array_equal(turned.more.T, found.more)
    assert turned.chi_square == pytest.approx(found.chi_square)


@given(TABLES)
def test_the_exact_chance_is_that_of_the_hypergeometric_distribution(counts: list[list[int]]):
    table = np.array(counts, dtype=int)
    found = cross_table(table)
    whole, rows, columns = table.sum(), table.sum(axis=1), table.sum(axis=0)
    for row, column in np.argwhere(found.exact):
        seen, law = table[row, column], stats.hypergeom(whole, rows[row], columns[column])
        assert found.p[row, column] == pytest.approx(
            min(1, 2 * min(law.cdf(seen), law.sf(seen - 1))), rel=1e-9
        )
        sides = np.array([rows[row], whole - rows[row]])[:, None] * [columns[column], whole - columns[column]]
        assert (sides / whole).min() < SPARSE


@given(
    st.lists(st.integers(1, 9), min_size=2, max_size=5), st.lists(st.integers(1, 9), min_size=2, max_size=5)
)
def test_independence_marks_nothing(rows: list[int], columns: list[int]):
    found = cross_table(np.outer(rows, columns))
    assert not (found.more.any())
    assert not (found.less.any())
    assert found.cramers_v == pytest.approx(0, abs=1e-7)
    assert np.allclose(found.residual, 0, atol=1e-9)


def test_of_tables_without_connection_few_have_a_marked_cell():
    rng = np.random.default_rng(11)
    shares = np.outer([0.5, 0.3, 0.15, 0.05], [0.4, 0.3, 0.2, 0.1]).ravel()
    marked = [
        (found.more | found.less).any()
        for found in (cross_table(rng.multinomial(300, shares).reshape(4, 4)) for _ in range(400))
    ]
    assert np.mean(marked) < 0.08


def test_a_planted_cell_is_found_and_large_numbers_hold():
    table = np.full((20, 20), 6)
    table[3, 4] = 25
    found = cross_table(table)
    assert np.argwhere(found.more).tolist() == [[3, 4]]
    assert not found.less.any()
    big = np.full((3, 30_000 // 3), 33)
    big[0, 0] = 200
    assert cross_table(big).more[0, 0]
    far = cross_table([[40, 0], [2, 900_000]])
    assert far.exact.all()
    assert 0 < far.p[0, 0] < 1e-100


@pytest.mark.parametrize("counts", [[1, 2], [[-1, 2]], [[0.5, 1]], [[float("nan"), 1]]])
def test_what_is_no_table_of_counts_is_refused(counts: list):
    with pytest.raises(ValueError, match="counts must"):
        cross_table(counts)


def test_a_row_that_holds_everything_says_nothing():
    found = cross_table([[3, 4, 5], [0, 0, 0]])
    assert np.isnan(found.residual).all()
    assert np.isnan(found.cramers_v)
    assert not found.more.any()
