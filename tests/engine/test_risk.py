"""Risk matrices of any shape, the whole AIAG-VDA table, harm and rates."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants import risk as data
from complaint_qms.engine import risk
from complaint_qms.engine.risk import Cell, RiskError, RiskMatrix
from complaint_qms.engine.risk_table import occurrence_bands

SEVERITIES = tuple(row["key"] for row in data.SEVERITIES)
OCCURRENCES = tuple(row["key"] for row in data.OCCURRENCES)
DEFAULT = risk.matrix_from_grid(OCCURRENCES, data.DEFAULT_GRID, data.RISK_LEVELS)
BANDS = [(row["key"], row["rate_from"], row["rate_to"]) for row in data.OCCURRENCES]
HARM = {row["harm_level"]: row["key"] for row in data.SEVERITIES if row["harm_level"]}

PRIORITIES = {c: risk.action_priority(*c) for c in product(range(1, 11), repeat=3)}


def test_all_thousand_priorities():
    assert len(PRIORITIES) == 1000
    assert Counter(PRIORITIES.values()) == {"H": 318, "M": 214, "L": 468}


def test_priority_never_falls_as_a_rating_rises():
    order = "LMH"
    for cell, value in PRIORITIES.items():
        for axis in range(3):
            if cell[axis] < 10:
                worse = tuple(n + (axis == k) for k, n in enumerate(cell))
                assert order.index(PRIORITIES[worse]) >= order.index(value), (cell, worse)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ((10, 8, 1), "H"), ((10, 6, 1), "H"), ((9, 4, 2), "H"), ((9, 4, 1), "M"), ((9, 2, 7), "H"),
        ((9, 3, 5), "M"), ((9, 3, 4), "L"), ((8, 6, 1), "M"), ((7, 5, 7), "H"), ((7, 5, 1), "M"),
        ((8, 2, 5), "M"), ((8, 2, 4), "L"), ((6, 10, 4), "M"), ((6, 8, 5), "H"), ((5, 6, 1), "L"),
        ((4, 7, 2), "M"), ((6, 4, 7), "M"), ((6, 4, 6), "L"), ((6, 3, 10), "L"), ((3, 8, 5), "M"),
        ((3, 8, 4), "L"), ((2, 7, 10), "L"), ((1, 10, 10), "L"), ((10, 1, 10), "L"),
    ],
)  # fmt: skip
def test_priority_cells(cell, expected):
    assert PRIORITIES[cell] == expected


@pytest.mark.parametrize(
    "ratings", [(0, 5, 5), (5, 11, 5), (5, 5, 0), (5.0, 5, 5), (True, 5, 5), ("5", 5, 5)]
)
def test_priority_refuses_other_ratings(ratings):
    with pytest.raises(RiskError, match="from 1 to 10"):
        risk.action_priority(*ratings)


@pytest.mark.parametrize(
    ("rate", "rating"),
    [(0.0, 2), (1e-6, 2), (1.1e-6, 3), (1e-5, 3), (1e-4, 4), (5e-4, 5), (1e-3, 6), (2e-3, 6), (1e-2, 7), (2e-2, 8), (5e-2, 9), (0.1, 10), (1.0, 10)],
)  # fmt: skip
def test_occurrence_ratings_follow_the_published_frequencies(rate, rating):
    assert risk.occurrence_rating(rate) == rating


@pytest.mark.parametrize("rate", [-1e-9, float("nan")])
def test_no_occurrence_rating_of_what_is_no_rate(rate):
    with pytest.raises(RiskError, match="negative or undefined"):
        risk.occurrence_rating(rate)


@pytest.mark.parametrize(
    ("low", "high", "rating"),
    [(0.0, 1e-6, 2), (1e-4, 1e-3, 6), (1e-3, 0.0, 8), (1e-6, None, 6), (0.05, 0.0, 10), (0.5, 0.0, 10)],
)
def test_a_band_is_rated_by_its_upper_end_and_an_open_one_between_the_lower_and_ten(low, high, rating):
    assert risk.rating_of_band(low, high) == rating


def test_the_shipped_levels_rise_in_their_ratings():
    for levels in (data.SEVERITIES, data.OCCURRENCES):
        ratings = [row["fmea_rating"] for row in levels]
        assert ratings == sorted(set(ratings))
        assert all(1 <= rating <= 10 for rating in ratings)
    for row in data.OCCURRENCES:
        assert row["fmea_rating"] == risk.rating_of_band(row["rate_from"], row["rate_to"])


def test_default_matrix_is_complete_and_monotone():
    assert risk.check_matrix(DEFAULT) == []
    assert len(DEFAULT.cells) == 25
    assert {cell.acceptability for cell in DEFAULT.cells.values()} == set(risk.ACCEPTABILITY_ORDER)
    assert tuple(data.ACCEPTABILITY) == risk.ACCEPTABILITY_ORDER
    assert all(cell.color.startswith("#") and cell.required_action for cell in DEFAULT.cells.values())
    for rows in (data.SEVERITIES, data.OCCURRENCES):
        assert [row["rank"] for row in rows] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("severity", "occurrence", "level", "acceptability"),
    [
        ("negligible", "improbable", "low", "acceptable"),
        ("negligible", "frequent", "medium", "alarp"),
        ("serious", "probable", "high", "alarp"),
        ("critical", "probable", "extreme", "unacceptable"),
        ("catastrophic", "improbable", "medium", "alarp"),
    ],
)
def test_default_cells(severity, occurrence, level, acceptability):
    cell = risk.rate(DEFAULT, severity, occurrence)
    assert (cell.level, cell.acceptability) == (level, acceptability)


def test_rating_outside_the_matrix():
    with pytest.raises(RiskError, match="not a severity"):
        risk.rate(DEFAULT, "awful", "remote")
    with pytest.raises(RiskError, match="not an occurrence"):
        risk.rate(DEFAULT, "minor", "often")
    with pytest.raises(RiskError, match="no cell"):
        risk.rate(RiskMatrix(("a",), ("b",), {}), "a", "b")


def test_findings_name_the_cell():
    good, bad = Cell("x", "acceptable"), Cell("y", "unacceptable")
    matrix = RiskMatrix(
        ("mild", "grave"),
        ("rare", "often"),
        {("mild", "rare"): good, ("mild", "often"): bad, ("grave", "often"): good, ("grave", "odd"): good},
    )
    assert [(f.kind, str(f)) for f in risk.check_matrix(matrix)] == [
        ("error", "The cell grave × odd belongs to no level of the matrix"),
        ("error", "The cell grave × rare is missing"),
        ("warning", "grave × often is judged milder than mild × often, although it is the graver case"),
    ]
    matrix = RiskMatrix(("mild", "mild"), (), {})
    assert [str(f) for f in risk.check_matrix(matrix)] == [
        "The severity level mild appears twice",
        "The matrix has no occurrence levels",
    ]
    matrix = RiskMatrix(("mild",), ("rare",), {("mild", "rare"): Cell("x", "fine")})
    assert [f.kind for f in risk.check_matrix(matrix)] == ["error"]


def test_grid_must_fit():
    with pytest.raises(RiskError, match="1 cells where 2"):
        risk.matrix_from_grid(("a", "b"), {"s": ("low",)}, data.RISK_LEVELS)
    with pytest.raises(RiskError, match="unknown level"):
        risk.matrix_from_grid(("a",), {"s": ("lowest",)}, data.RISK_LEVELS)


@given(st.integers(1, 7), st.integers(1, 7), st.data())
def test_warnings_are_exactly_the_falls(rows, columns, draw):
    keys = draw.draw(
        st.lists(st.sampled_from(risk.ACCEPTABILITY_ORDER), min_size=rows * columns, max_size=rows * columns)
    )
    order = risk.ACCEPTABILITY_ORDER.index
    names = [(f"s{r}", f"o{c}") for r in range(rows) for c in range(columns)]
    matrix = RiskMatrix(
        tuple(f"s{r}" for r in range(rows)),
        tuple(f"o{c}" for c in range(columns)),
        {name: Cell("x", key) for name, key in zip(names, keys, strict=True)},
    )
    falls = sum(
        order(keys[r * columns + c]) < order(keys[(r - dr) * columns + c - dc])
        for r in range(rows)
        for c in range(columns)
        for dr, dc in ((1, 0), (0, 1))
        if r >= dr and c >= dc
    )
    found = risk.check_matrix(matrix)
    assert [f.kind for f in found] == ["warning"] * falls


@pytest.mark.parametrize(
    ("harm", "severity"),
    [("none", "negligible"), ("minor", "minor"), ("serious", "critical"), ("death", "catastrophic")],
)
def test_harm_sets_the_least_severity(harm, severity):
    assert set(HARM) == set(data.HARM_LEVELS)
    assert risk.severity_of_harm(harm, HARM) == severity
    assert risk.at_least(None, severity, SEVERITIES) == severity
    assert risk.at_least("negligible", severity, SEVERITIES) == severity
    assert risk.at_least("catastrophic", severity, SEVERITIES) == "catastrophic"


def test_unknown_harm_and_severity():
    with pytest.raises(RiskError, match="No severity"):
        risk.severity_of_harm("scratch", HARM)
    with pytest.raises(RiskError, match="not a severity"):
        risk.at_least("awful", "minor", SEVERITIES)


@pytest.mark.parametrize(
    ("per_unit", "expected"),
    [(0, "improbable"), (9.99e-7, "improbable"), (1e-6, "remote"), (1e-5, "occasional"), (1e-4, "probable"),
     (9.99e-4, "probable"), (1e-3, "frequent"), (3.0, "frequent")],
)  # fmt: skip
def test_occurrence_of_a_rate(per_unit, expected):
    assert risk.occurrence_of_rate(per_unit, BANDS) == expected


@given(st.lists(st.floats(0, 10) | st.floats(0, 1e-2), min_size=1, max_size=30))
def test_many_rates_like_each_of_them(rates):
    for bands in (BANDS, [("some", 1e-3, 1.0), ("rest", 2.0, None)]):
        keys = [*(key for key, _, _ in bands), None]
        found = occurrence_bands(np.array(rates), bands)
        assert [keys[place] for place in found] == [risk.occurrence_of_rate(rate, bands) for rate in rates]


def test_many_rates_known_unknown_and_wrong():
    assert occurrence_bands(np.array([np.nan, 3.0]), BANDS).tolist() == [-1, len(BANDS) - 1]
    with pytest.raises(RiskError, match="negative"):
        occurrence_bands(np.array([0.0, -1.0]), BANDS)


def test_rates_without_a_band():
    assert risk.occurrence_of_rate(5.0, [("rare", 0.0, 1.0)]) is None
    for wrong in (-1e-9, float("nan")):
        with pytest.raises(RiskError, match="negative or undefined"):
            risk.occurrence_of_rate(wrong, BANDS)
