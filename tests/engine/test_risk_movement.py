"""Movement of a risk in any matrix, and the order in which risks are looked at."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.constants.risk import DEFAULT_GRID, OCCURRENCES, RISK_LEVELS
from complaint_qms.engine.risk import ACCEPTABILITY_ORDER, Cell, RiskMatrix, matrix_from_grid
from complaint_qms.engine.risk_movement import (
    ACROSS,
    FELL,
    GONE,
    NEW,
    ROSE,
    UNKNOWN,
    UNMOVED,
    WAYS,
    Standing,
    count_moved,
    gravest,
    movement,
    urgency_order,
)

SHIPPED = matrix_from_grid([row["key"] for row in OCCURRENCES], DEFAULT_GRID, RISK_LEVELS)
OPPOSITE = {ROSE: FELL, FELL: ROSE, ACROSS: ACROSS, UNMOVED: UNMOVED}


@st.composite
def matrices(draw: st.DrawFn) -> RiskMatrix:
    """Any matrix that a site may make: 1 to 6 levels each way, cells judged as it likes."""
    severities = tuple(f"S{at}" for at in range(draw(st.integers(1, 6))))
    occurrences = tuple(f"O{at}" for at in range(draw(st.integers(1, 6))))
    cells = {
        place: Cell("level", draw(st.sampled_from(ACCEPTABILITY_ORDER)))
        for place in itertools.product(severities, occurrences)
    }
    return RiskMatrix(severities, occurrences, cells)


@given(matrices(), st.data())
def test_back_again_is_the_opposite(matrix: RiskMatrix, data: st.DataObject) -> None:
    one, other = (data.draw(st.sampled_from(sorted(matrix.cells))) for _ in range(2))
    way = movement(matrix, one, other)
    assert movement(matrix, other, one) == OPPOSITE[way]
    assert (way == UNMOVED) == (one == other)


@given(matrices(), st.data())
def test_one_scale_alone_decides_where_the_other_stays(matrix: RiskMatrix, data: st.DataObject) -> None:
    severity, occurrence = data.draw(st.sampled_from(sorted(matrix.cells)))
    for at, other in enumerate(matrix.occurrences):
        here = matrix.occurrences.index(occurrence)
        expected = ROSE if at > here else FELL if at < here else UNMOVED
        assert movement(matrix, (severity, occurrence), (severity, other)) == expected


def test_where_the_scales_disagree_the_cells_decide() -> None:
    # Serious × probable is high, critical × remote is medium: both ALARP.
    assert movement(SHIPPED, ("serious", "probable"), ("critical", "remote")) == ACROSS
    assert movement(SHIPPED, ("serious", "frequent"), ("critical", "remote")) == FELL
    assert movement(SHIPPED, ("minor", "probable"), ("catastrophic", "occasional")) == ROSE


def test_what_is_not_there_or_not_rated() -> None:
    place = ("minor", "remote")
    assert movement(SHIPPED, None, place, was_there=False) == NEW
    assert movement(SHIPPED, place, None, is_there=False) == GONE
    assert movement(SHIPPED, None, place) == movement(SHIPPED, place, None) == UNKNOWN
    assert movement(SHIPPED, place, ("minor", "a level of another matrix")) == UNKNOWN


STANDINGS = st.builds(
    Standing,
    acceptability=st.sampled_from(("", *ACCEPTABILITY_ORDER)),
    priority=st.sampled_from(("", "high", "medium", "low")),
    answered=st.booleans(),
    way=st.sampled_from(WAYS),
    open=st.integers(0, 50),
    count=st.integers(0, 50),
)


@given(st.lists(STANDINGS))
def test_the_order_goes_by_its_stated_rule(standings: list[Standing]) -> None:
    ordered = sorted(standings, key=urgency_order)
    worst_first = ("unacceptable", "alarp", "", "acceptable")
    ranks = [worst_first.index(one.acceptability) for one in ordered]
    assert ranks == sorted(ranks)
    for _rank, group in itertools.groupby(ordered, key=lambda one: (one.acceptability, one.priority)):
        answered = [one.answered for one in group]
        assert answered == sorted(answered)
    assert sum(count_moved([one.way for one in standings]).values()) == len(standings)


def test_the_gravest_is_by_the_order_of_the_matrix() -> None:
    assert gravest(("minor", "grave"), ["minor", None, "grave", "unheard of"]) == "grave"
    assert gravest(("minor",), [None, "unheard of"]) is None
