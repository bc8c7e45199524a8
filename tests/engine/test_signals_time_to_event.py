"""Kaplan–Meier against published curves, rates by age against counting one by one, and no hindsight."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine.signals.time_to_event import (
    Field,
    age_rates,
    expected_complaints,
    kaplan_meier,
    time_to_complaint,
)

# Acute myelogenous leukaemia: Miller, Survival Analysis (1981), p. 49; `survival::aml` of R, weeks to relapse, 0 is censored.
MAINTAINED = (
    [9, 13, 13, 18, 23, 28, 31, 34, 45, 48, 161],
    [1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0],
)
NOT_MAINTAINED = ([5, 5, 8, 8, 12, 16, 23, 27, 30, 33, 43, 45], [1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1])
# summary(survfit(Surv(time, status) ~ x, data = aml)) of R: time, n.risk, n.event, survival, std.err, lower, upper 95% CI
SURVFIT_MAINTAINED = [
    (9, 11, 1, 0.909, 0.0867, 0.7541, 1.000),
    (13, 10, 1, 0.818, 0.1163, 0.6192, 1.000),
    (18, 8, 1, 0.716, 0.1397, 0.4884, 1.000),
    (23, 7, 1, 0.614, 0.1526, 0.3769, 0.999),
    (31, 5, 1, 0.491, 0.1642, 0.2549, 0.946),
    (34, 4, 1, 0.368, 0.1627, 0.1549, 0.875),
    (48, 2, 1, 0.184, 0.1535, 0.0359, 0.944),
]
SURVFIT_NOT_MAINTAINED = [
    (5, 12, 2, 0.8333, 0.1076, 0.6470, 1.000),
    (8, 10, 2, 0.6667, 0.1361, 0.4468, 0.995),
    (12, 8, 1, 0.5833, 0.1423, 0.3616, 0.941),
    (23, 6, 1, 0.4861, 0.1481, 0.2675, 0.883),
    (27, 5, 1, 0.3889, 0.1470, 0.1854, 0.816),
    (30, 4, 1, 0.2917, 0.1387, 0.1148, 0.741),
    (33, 3, 1, 0.1944, 0.1219, 0.0569, 0.664),
    (43, 2, 1, 0.0972, 0.0919, 0.0153, 0.620),
]


@pytest.mark.parametrize(
    ("sample", "table"), [(MAINTAINED, SURVFIT_MAINTAINED), (NOT_MAINTAINED, SURVFIT_NOT_MAINTAINED)]
)
def test_kaplan_meier_is_that_of_r_on_published_data(sample: tuple, table: list) -> None:
    found = kaplan_meier(*sample)
    happened = found.events > 0
    columns = np.array(
        [
            found.time, found.at_risk, found.events, found.survival, found.std_error, found.lower, found.upper,
        ]
    ).T[happened]  # fmt: skip
    np.testing.assert_allclose(columns[: len(table)], np.array(table), atol=6e-4)
    assert (found.at(4), found.at(1000)) == (1.0, found.survival[-1])
    # print(survfit(...)): medians 31 and 23
    assert found.by(0.5) == {11: 31, 12: 23}[len(sample[0])]
    assert np.isnan(kaplan_meier([3, 9, 9], [1, 0, 0]).by(0.5))
    counted = kaplan_meier([9, 9, 20], [1, 0, 1], [3, 4, 3])
    np.testing.assert_array_equal(
        counted.survival, kaplan_meier([9] * 7 + [20] * 3, [1] * 3 + [0] * 4 + [1] * 3).survival
    )


def test_nobody_left_has_no_interval_and_all_kinds_agree_on_the_curve() -> None:
    last = kaplan_meier(*NOT_MAINTAINED)
    assert last.survival[-1] == 0
    assert np.isnan([last.std_error[-1], last.lower[-1], last.upper[-1]]).all()
    for interval in ("log", "log-log", "plain"):
        found = kaplan_meier(*MAINTAINED, interval=interval)
        inside = ~np.isnan(found.lower)
        assert np.all((found.lower <= found.survival + 1e-12)[inside])
        assert np.all((found.upper >= found.survival - 1e-12)[inside])
    # Log-log by hand at 9 weeks: S = 10/11, its log's error 1/√110; the exponent of S is e^(±1.96 · error / |log S|).
    width = 1.959964 / np.sqrt(110) / abs(np.log(10 / 11))
    found = kaplan_meier(*MAINTAINED, interval="log-log")
    assert found.lower[0] == pytest.approx((10 / 11) ** np.exp(width), abs=1e-6)
    assert found.upper[0] == pytest.approx((10 / 11) ** np.exp(-width), abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"time": [1, 2], "event": [1]}, "one length"),
        ({"time": [-1], "event": [1]}, "at least 0"),
        ({"time": [float("nan")], "event": [1]}, "finite"),
        ({"time": [1], "event": [1], "confidence": 1.0}, "confidence"),
        ({"time": [1], "event": [1], "interval": "exact"}, "interval"),
    ],
)
def test_odd_requests_are_refused_by_name(asked: dict, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        kaplan_meier(**asked)


WEEKS = 12
unit = st.tuples(
    st.integers(0, 1),  # series
    st.integers(0, WEEKS - 1),  # delivered
    st.one_of(st.none(), st.integers(0, WEEKS)),  # came back so many weeks later
    st.one_of(st.none(), st.integers(0, WEEKS)),  # complained about so many weeks later, while it was there
)


def in_field(units: list[tuple]) -> tuple[Field, np.ndarray, np.ndarray]:
    """The same units as columns."""
    back = [(series, born, born + after) for series, born, after, _ in units if after is not None]
    told = [
        (born, born + age)
        for _, born, after, age in units
        if age is not None and (after is None or age < after)
    ]
    integers = {"dtype": np.int64}
    made = Field(
        np.array([one[0] for one in units], **integers),
        np.array([one[1] for one in units], **integers),
        np.ones(len(units)),
        *(np.array([one[at] for one in back], **integers) for at in range(3)),
        np.ones(len(back)),
    )
    return made, *(np.array([one[at] for one in told], **integers) for at in range(2))


@given(st.lists(unit, min_size=1, max_size=40), st.integers(1, WEEKS))
def test_rates_by_age_are_those_of_counting_unit_by_unit(units: list[tuple], known: int) -> None:
    field, born, week = in_field(units)
    found = age_rates(field, born, week, known)
    seen, complaints = np.zeros(known), np.zeros(known)
    for _series, delivered, after, age in units:
        if delivered >= known:
            continue
        ages = min(known - delivered, known if after is None else after)
        seen[:ages] += 1
        if age is not None and age < ages:
            complaints[age] += 1
    np.testing.assert_array_equal(found.exposed, seen)
    np.testing.assert_array_equal(found.complaints, complaints)
    believed = seen >= 0.02 * max(seen.max(), 1)
    np.testing.assert_allclose(found.rate[believed], (complaints / np.maximum(seen, 1))[believed])
    # What was expected of all together is what was seen, where every age was believed.
    expected = expected_complaints(field, found.rate, 2, known)
    if believed[seen > 0].all():
        assert expected.sum() == pytest.approx(complaints.sum())


@given(st.lists(unit, min_size=1, max_size=40), st.integers(1, WEEKS))
def test_the_curve_by_age_is_that_of_its_units(units: list[tuple], known: int) -> None:
    # A unit that was complained about comes back no more; one that came back at once was never seen.
    kept = [
        one if one[3] is None else (*one[:2], None, one[3]) for one in units if one[1] < known and one[2] != 0
    ]
    field, born, week = in_field(kept)
    grouped = time_to_complaint(field, born, week, known)
    times = []
    for _series, delivered, after, age in kept:
        ages = min(known - delivered, known if after is None else after)
        times.append((age, True) if age is not None and age < ages else (ages - 1, False))
    if times:
        single = kaplan_meier(*zip(*times, strict=True))
        assert [grouped.at(age) for age in range(known)] == pytest.approx(
            [single.at(age) for age in range(known)]
        )
        assert (
            np.nanmax(
                np.abs(grouped.std_error[np.isin(grouped.time, single.time)] - single.std_error), initial=0
            )
            < 1e-9
        )


@given(st.lists(unit, min_size=1, max_size=30), st.lists(unit, max_size=10), st.integers(1, WEEKS - 1))
def test_nothing_later_changes_what_was_known(units: list[tuple], later: list[tuple], known: int) -> None:
    late = [(series, max(born, known), after, age) for series, born, after, age in later]
    field, born, week = in_field(units)
    more, more_born, more_week = in_field(units + late)
    before, after = age_rates(field, born, week, known), age_rates(more, more_born, more_week, known)
    np.testing.assert_array_equal(before.rate, after.rate)
    np.testing.assert_array_equal(
        expected_complaints(field, before.rate, 2, known), expected_complaints(more, after.rate, 2, known)
    )
    curve = time_to_complaint(field, born, week, known)
    np.testing.assert_array_equal(
        curve.survival, time_to_complaint(more, more_born, more_week, known).survival
    )


def test_ages_that_few_units_have_got_to_take_the_rate_of_those_before() -> None:
    none = np.empty(0, dtype=np.int64)
    field = Field(
        np.zeros(2, dtype=int), np.array([0, 9]), np.array([1.0, 1000.0]), none, none, none, np.empty(0)
    )
    born = np.array([9, 0])
    found = age_rates(field, born, np.array([9, 5]), 10)
    # One unit alone is older than the week: a complaint about it is no rate of one a week.
    assert found.exposed.tolist() == [1001.0] + [1.0] * 9
    assert found.rate.tolist() == [1 / 1001] * 10
    assert found.lower[0] == 0
    assert found.upper[0] == pytest.approx((1 + 1.959964) / 1001, rel=1e-6)
