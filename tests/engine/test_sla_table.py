"""The clock over columns equals the clock one by one."""

from datetime import datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaint_qms.engine.sla import clock, table
from complaint_qms.engine.sla.clock import ClockError, NoWorkingTime, WorkCalendar
from complaint_qms.engine.sla.table import PauseColumns
from tests.engine.test_sla_clock import OFFICE, H, M, at
from tests.engine.test_sla_clock_walk import SPAN, calendars

UTC = timezone.utc


def column(moments):
    """Aware datetimes (None = missing) as a column of UTC datetime64."""
    plain = [None if m is None else m.astimezone(UTC).replace(tzinfo=None) for m in moments]
    return np.array(plain, dtype="datetime64[us]")


OFFICE_TABLE = table.build_table(OFFICE, at("2024-04-01 00:00"), at("2024-07-01 00:00"))


def test_hand_figures():
    starts = column([at("2024-04-29 10:00"), at("2024-04-30 16:00"), at("2024-05-04 12:00")])
    found = table.due_many(starts, np.array([7, 2, 0]) * 3600, OFFICE_TABLE)
    assert found.tolist() == [
        datetime(2024, 4, 29, 17), datetime(2024, 5, 2, 10), datetime(2024, 5, 4, 12)
    ]  # fmt: skip
    assert found.dtype == np.dtype("datetime64[us]")
    spent = table.used_many(starts, column([at("2024-05-03 10:00")]), OFFICE_TABLE)
    assert spent.tolist() == [7 * H + 8 * H + 8 * H + H, 1 * H + 8 * H + H, timedelta(0)]
    left = table.remaining_many(starts, column([at("2024-05-03 10:00")]), np.int64(36000), OFFICE_TABLE)
    assert left.tolist() == [-14 * H, timedelta(0), 10 * H]


def test_seconds_and_datetimes_mean_the_same():
    seconds = np.array([1714384800])  # 2024-04-29 10:00 UTC
    assert table.due_many(seconds, np.array([3600]), OFFICE_TABLE)[0] == np.datetime64("2024-04-29T11:00")
    assert (
        table.due_many(column([at("2024-04-29 10:00")]), np.array([60], "timedelta64[m]"), OFFICE_TABLE)[0]
        == np.datetime64("2024-04-29T11:00")
    )  # fmt: skip


def test_never_due_is_missing():
    starts = column([at("2024-04-29 10:00")] * 3)
    pauses = PauseColumns([1, 2], column([at("2024-04-29 12:00")] * 2), column([None, None]))
    found = table.due_many(starts, np.array([90000 * 60, 2 * 3600 + 1, 2 * 3600]), OFFICE_TABLE, pauses)
    assert np.isnat(found).tolist() == [True, True, False]
    empty = table.build_table(WorkCalendar({}), at("2024-04-01 00:00"), at("2024-07-01 00:00"))
    assert np.isnat(table.due_many(starts, np.int64(60), empty)).all()
    assert (table.used_many(starts, column([at("2024-05-29 10:00")]), empty) == np.timedelta64(0)).all()


def test_no_rows():
    nothing = np.array([], dtype="datetime64[us]")
    assert len(table.due_many(nothing, np.int64(60), OFFICE_TABLE)) == 0
    assert len(table.used_many(nothing, nothing, OFFICE_TABLE)) == 0


def test_what_is_refused():
    start = column([at("2024-04-29 10:00")])
    later, missing = column([at("2024-04-29 12:00")]), column([None])
    hour = np.array([3600])
    for message, call in (
        ("outside the clock table", lambda: table.due_many(column([at("2023-01-01 00:00")]), hour, OFFICE_TABLE)),
        ("outside the clock table", lambda: table.used_many(start, column([at("2025-01-01 00:00")]), OFFICE_TABLE)),
        ("not be negative", lambda: table.due_many(start, -hour, OFFICE_TABLE)),
        ("start is missing", lambda: table.due_many(missing, hour, OFFICE_TABLE)),
        ("pause start is missing", lambda: table.due_many(start, hour, OFFICE_TABLE, PauseColumns([0], missing, later))),
        ("ends before", lambda: table.due_many(start, hour, OFFICE_TABLE, PauseColumns([0], later, start))),
        ("row that does not exist", lambda: table.due_many(start, hour, OFFICE_TABLE, PauseColumns([1], start, later))),
        ("differ in length", lambda: table.due_many(start, hour, OFFICE_TABLE, PauseColumns([0, 0], start, later))),
        ("whole seconds", lambda: table.due_many(np.array([1.5]), hour, OFFICE_TABLE)),
        ("whole seconds", lambda: table.due_many(start, np.array([1.5]), OFFICE_TABLE)),
        ("must end after", lambda: table.build_table(OFFICE, at("2024-04-01 00:00"), at("2024-04-01 00:00"))),
    ):  # fmt: skip
        with pytest.raises(ClockError, match=message):
            call()


@settings(max_examples=100, deadline=None)
@given(calendars(), st.data())
def test_equals_the_scalar_clock(made, data):
    calendar, anchor = made
    first = datetime(anchor.year, anchor.month, anchor.day, tzinfo=UTC)
    horizon = 40
    last = first + timedelta(days=horizon)
    row = st.tuples(
        st.integers(0, SPAN),
        st.integers(0, 3000),
        st.integers(0, SPAN),
        st.integers(0, 59),
        st.lists(st.tuples(st.integers(-600, SPAN), st.none() | st.integers(0, 3000)), max_size=4),
    )
    rows = data.draw(st.lists(row, min_size=1, max_size=8))
    starts = [first + n * M + timedelta(seconds=s, microseconds=s) for n, _, _, s, _ in rows]
    moments = [first + n * M for _, _, n, _, _ in rows]
    budgets = [timedelta(minutes=n, seconds=s) for _, n, _, s, _ in rows]
    held = [
        [(first + low * M, None if length is None else first + (low + length) * M) for low, length in pauses]
        for *_, pauses in rows
    ]
    flat = [(n, low, high) for n, pauses in enumerate(held) for low, high in pauses]
    pauses = PauseColumns([n for n, _, _ in flat], column([p[1] for p in flat]), column([p[2] for p in flat]))

    made_table = table.build_table(calendar, first, last)
    dues = table.due_many(column(starts), np.array(budgets, "timedelta64[us]"), made_table, pauses)
    spent = table.used_many(column(starts), column(moments), made_table, pauses)
    for n, start in enumerate(starts):
        assert spent[n].item() == clock.used(start, moments[n], calendar, held[n])
        try:
            expected = clock.due(start, budgets[n], calendar, held[n])
        except NoWorkingTime:
            expected = None
        if expected is not None and expected > last:
            expected = None
        found = None if np.isnat(dues[n]) else dues[n].item().replace(tzinfo=UTC)
        assert found == expected
