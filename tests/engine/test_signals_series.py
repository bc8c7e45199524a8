"""From events to regular series: calendars, gaps, unfinished periods, exposure."""

from datetime import date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from complaint_qms.engine.signals.series import KINDS, Periods, build_series, in_field, ordinals, to_days

days = st.dates(date(1995, 1, 1), date(2035, 12, 31))


@given(days)
def test_weeks_are_iso_weeks(day):
    number = int(ordinals(np.array([np.datetime64(day)]), "week")[0])
    period = Periods("week", number, 1)
    year, week, weekday = day.isocalendar()
    assert period.label(0) == f"{year:04d}-W{week:02d}"
    assert period.starts[0].astype(date) == day - timedelta(days=weekday - 1)


@given(days, st.sampled_from(KINDS))
def test_a_day_lies_in_its_period(day, kind):
    period = Periods(kind, int(ordinals(np.array([np.datetime64(day)]), kind)[0]), 1)
    assert period.starts[0] <= np.datetime64(day) < period.end


def test_week_53_is_a_week_of_its_own():
    matrix = build_series(["A"] * 3, ["2020-12-27", "2020-12-31", "2021-01-04"], "week", until="2021-01-11")
    assert matrix.periods.labels == ["2020-W52", "2020-W53", "2021-W01"]
    assert matrix.counts.tolist() == [[1, 1, 1]]
    assert str(matrix.periods.name(1)) == "week 53 of 2020"


def test_labels_and_names_of_the_other_kinds():
    assert build_series(["A"], ["2024-02-29"], "day").periods.labels == ["2024-02-29"]
    quarter = build_series(["A"], ["2024-05-01"], "quarter", until="2024-07-01").periods
    assert quarter.labels == ["2024-Q2"]
    assert str(quarter.name(0)) == "quarter 2 of 2024"
    assert (
        str(build_series(["A"], ["2024-05-01"], "month", until="2024-06-01").periods.name(0))
        == "month 5 of 2024"
    )
    assert str(build_series(["A"], ["2024-05-01"], "day").periods.name(0)) == "2024-05-01"


def test_missing_periods_are_zeros():
    matrix = build_series(
        ["A", "A"], [date(2024, 1, 15), datetime(2024, 4, 2, 23, 59)], "month", until="2024-05-01"
    )
    assert matrix.periods.labels == ["2024-01", "2024-02", "2024-03", "2024-04"]
    assert matrix.counts.tolist() == [[1, 0, 0, 1]]


def test_unfinished_last_period_is_dropped_or_kept_with_its_share():
    keys, dates = ["A", "A"], ["2024-01-10", "2024-02-03"]
    dropped = build_series(keys, dates, "month", until="2024-02-11")
    assert dropped.periods.labels == ["2024-01"]
    assert (dropped.outside, dropped.last_share) == (1, 1)
    kept = build_series(keys, dates, "month", until="2024-02-11", partial="keep")
    assert kept.counts.tolist() == [[1, 1]]
    assert kept.last_share == pytest.approx(10 / 29)


def test_exposure_is_net_of_returns_and_brings_its_own_keys():
    matrix = build_series(
        ["A"],
        ["2024-01-10"],
        "month",
        until="2024-03-01",
        exposure=(
            ["A", "A", "B", "B"],
            ["2024-01-02", "2024-01-20", "2024-01-05", "2024-02-05"],
            [10, -3, 5, -9],
        ),
    )
    assert matrix.keys == ["A", "B"]
    assert matrix.counts.tolist() == [[1, 0], [0, 0]]
    assert matrix.exposure.tolist() == [[7, 0], [5, 0]]
    assert matrix.clipped == 1


def test_units_in_the_field():
    assert in_field(np.array([[10, 20, 0, 5.0]]), 2).tolist() == [[10, 30, 20, 5]]
    with pytest.raises(ValueError, match="window"):
        in_field(np.ones((1, 2)), 0)


@example([("A", date(2030, 1, 3))], Random(1))  # on the first day that the data no longer cover
@given(
    st.lists(st.tuples(st.sampled_from("ABC"), days), min_size=1, max_size=60),
    st.randoms(use_true_random=False),
)
def test_no_event_is_lost_and_order_does_not_matter(events, random):
    span = {"start": date(2000, 1, 1), "until": date(2030, 1, 3), "partial": "keep"}
    keys, dates = zip(*events, strict=True)
    matrix = build_series(keys, dates, "week", **span)
    assert matrix.counts.sum() + matrix.outside == len(events)
    shuffled = list(events)
    random.shuffle(shuffled)
    again = build_series(*zip(*shuffled, strict=True), "week", **span)
    np.testing.assert_array_equal(matrix.counts, again.counts)
    for i, key in enumerate(matrix.keys):
        inside = [
            d for k, d in events if k == key and date(2000, 1, 1) - timedelta(5) <= d < date(2030, 1, 3)
        ]
        assert matrix.counts[i].sum() == len(inside)


def test_one_event_makes_one_period():
    matrix = build_series(["A"], ["2024-01-07"], "week")
    assert matrix.counts.tolist() == [[1]]


def test_rows_can_be_given():
    matrix = build_series(["B"], ["2024-01-07"], "day", all_keys=["C", "B"], weights=[2.5])
    assert matrix.counts.tolist() == [[0], [2.5]]
    with pytest.raises(ValueError, match="'B' is not among"):
        build_series(["B"], ["2024-01-07"], "day", all_keys=["C"])
    with pytest.raises(ValueError, match="twice"):
        build_series(["C"], ["2024-01-07"], "day", all_keys=["C", "C"])


def test_clear_errors():
    with pytest.raises(ValueError, match=r"dates\[1\] is not a date: 'soon'"):
        build_series(["A", "A"], ["2024-01-01", "soon"])
    with pytest.raises(ValueError, match=r"dates\[0\] is missing"):
        build_series(["A"], [None])
    with pytest.raises(ValueError, match="2 keys but 1 dates"):
        build_series(["A", "B"], ["2024-01-01"])
    with pytest.raises(ValueError, match="kind"):
        build_series(["A"], ["2024-01-01"], "year")
    with pytest.raises(ValueError, match="no whole week"):
        build_series(["A"], ["2024-01-01"], "week", until="2024-01-03")
    with pytest.raises(ValueError, match="until"):
        build_series([], [], start="2024-01-01")
    with pytest.raises(ValueError, match="partial"):
        build_series(["A"], ["2024-01-01"], partial="half")
    assert to_days(np.array(["2024-01-01T10:00"], "datetime64[s]"))[0] == np.datetime64("2024-01-01")


def test_no_events_at_all():
    matrix = build_series([], [], "month", start="2024-01-01", until="2024-04-01", all_keys=["A"])
    assert matrix.counts.tolist() == [[0, 0, 0]]
