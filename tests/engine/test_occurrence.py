"""Occurrence from exposure: levels of rates and of their upper limits, bands told by name, and the same of many at once."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.risk import OCCURRENCES, RATE, UPPER
from complaint_qms.engine.occurrence import check_bands, read_occurrence
from complaint_qms.engine.rates import garwood
from complaint_qms.engine.risk_table import proposed_levels, upper_limits

SHIPPED = [(row["key"], row["rate_from"], row["rate_to"]) for row in OCCURRENCES]
COUNTS = st.integers(0, 500)
UNITS = st.floats(0.5, 1e8, allow_nan=False)


def bands_of(edges: list[float]) -> list[tuple[str, float, float]]:
    """Bands that follow on one another, the last without an end."""
    ends = [*edges, 0.0]
    return [(f"L{at}", low, high) for at, (low, high) in enumerate(zip([0.0, *edges], ends, strict=True))]


EDGES = st.lists(st.integers(1, 999_999), min_size=1, max_size=8, unique=True).map(
    lambda edges: [edge / 1e6 for edge in sorted(edges)]
)


def test_ten_complaints_in_a_thousand_units() -> None:
    found = read_occurrence(10, 1000, SHIPPED)
    # Garwood's 95 % interval for 10: 4.795389 … 18.390356
    assert (found.rate, found.lower, found.upper) == pytest.approx((0.01, 0.004795389, 0.018390356))
    assert (found.level, found.upper_level, found.proposed) == ("frequent", "frequent", "frequent")


def test_none_in_few_units_is_rare_at_best_and_may_be_frequent() -> None:
    seen = read_occurrence(0, 1000, SHIPPED)
    assert (seen.level, seen.upper_level) == ("improbable", "frequent")
    assert read_occurrence(0, 1000, SHIPPED, UPPER).proposed == "frequent"
    assert read_occurrence(0, 10_000_000, SHIPPED, UPPER).proposed == "improbable"


@pytest.mark.parametrize("units", [0, -1, math.nan, math.inf])
def test_without_units_there_is_no_rate(units: float) -> None:
    with pytest.raises(ValueError, match="exposure"):
        read_occurrence(1, units, SHIPPED)


def test_an_unknown_basis_is_refused() -> None:
    with pytest.raises(ValueError, match="basis"):
        read_occurrence(1, 1, SHIPPED, "gut feeling")


@given(COUNTS, UNITS, EDGES)
def test_more_complaints_never_lower_a_level_and_the_upper_limit_is_never_below(count: int, units: float, edges: list[float]) -> None:  # fmt: skip
    bands = bands_of(edges)
    order = [level for level, _low, _high in bands]
    seen, more = read_occurrence(count, units, bands), read_occurrence(count + 1, units, bands)
    assert order.index(seen.level) <= order.index(more.level)
    assert order.index(seen.level) <= order.index(seen.upper_level)
    assert seen.lower <= seen.rate <= seen.upper


@given(st.lists(st.tuples(COUNTS, st.one_of(UNITS, st.just(0.0))), max_size=20), EDGES, st.sampled_from([RATE, UPPER]))  # fmt: skip
def test_many_at_once_are_as_one_by_one(asked: list[tuple[int, float]], edges: list[float], basis: str) -> None:  # fmt: skip
    bands = bands_of(edges)
    counts, units = np.array([one[0] for one in asked]), np.array([one[1] for one in asked], float)
    expected = [
        read_occurrence(count, unit, bands, basis).proposed if unit > 0 else None for count, unit in asked
    ]
    assert proposed_levels(counts, units, bands, basis) == expected
    for (count, unit), limit in zip(asked, upper_limits(counts, units), strict=True):
        assert math.isnan(limit) if not unit else limit == pytest.approx(garwood(count, unit).upper)


@given(EDGES)
def test_bands_that_follow_on_one_another_are_fine(edges: list[float]) -> None:
    assert check_bands(bands_of(edges)) == []


@given(EDGES, st.data())
def test_a_band_that_is_moved_is_told_by_name(edges: list[float], data: st.DataObject) -> None:
    bands = bands_of(edges)
    at = data.draw(st.integers(0, len(bands) - 2))
    level, low, high = bands[at]
    # Halfway to its beginning leaves a gap; beyond the next one's beginning is an overlap.
    shorter = [*bands[:at], (level, low, (low + high) / 2), *bands[at + 1 :]]
    (gap,) = check_bands(shorter)
    assert "gap" in str(gap)
    longer = [*bands[:at], (level, low, high * 1.01), *bands[at + 1 :]]
    assert any("overlap" in str(one) for one in check_bands(longer))
    for text in (str(gap), str(check_bands(longer)[0])):
        assert level in text
        assert bands[at + 1][0] in text


def test_what_is_wrong_with_bands_is_told_in_words() -> None:
    told = [str(one) for one in check_bands([("Rare", 0.001, 0.01), ("Often", 0.01, 0.1)])]
    assert told == [
        "Rates below 0.001 have no level: Rare is the lowest.",
        "Rates of 0.1 and more have no level: Often is the highest.",
    ]
    assert [str(one) for one in check_bands([("Rare", 0.5, 0.1)])] == ["Rare: To Rate has to be above From Rate."]  # fmt: skip
    swapped = [str(one) for one in check_bands([("Often", 0.0, 0.0), ("Rare", 0.0, 0.01)])]
    assert swapped[0] == "Rare ranks above Often, but its rates do not begin above those of Often."
    assert check_bands([]) == []
    assert check_bands(SHIPPED) == []
