"""Rises over a threshold: as counted by hand, and never two without a fall between them."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from complaint_qms.engine.rules.rises import ByDay, Happening, rises

START = datetime(2026, 1, 1)


def on(*days: float, asks: bool = True) -> list[Happening]:
    return [Happening(START + timedelta(days=day), f"C{at}", asks) for at, day in enumerate(days)]


def test_a_rise_is_told_once_until_it_has_fallen() -> None:
    happened = on(1, 2, 3, 4, 20, 21, 22)
    found = rises(happened, START, 10, lambda count, _at: count >= 3)
    assert [(one.name, one.number) for one in found] == [("C2", 3), ("C6", 3)]
    # What stood above before it is looked at has not risen since.
    assert [one.name for one in rises(happened, START + timedelta(days=3.5), 10, lambda count, _at: count >= 3)] == ["C6"]  # fmt: skip
    # What asks for nothing counts, and is told with the next that does.
    mixed = [*on(1, 2, 3, asks=False), Happening(START + timedelta(days=4), "asks")]
    assert [one.name for one in rises(mixed, START, 10, lambda count, _at: count >= 3)] == ["asks"]


@given(
    st.lists(st.integers(-200, 600), max_size=60),
    st.integers(1, 40),
    st.integers(1, 6),
)
def test_as_counted_one_by_one(hours: list[int], days: int, least: int) -> None:
    happened = on(*(hour / 24 for hour in sorted(hours)))
    wanted, stands = [], _count(happened, START, days) >= least
    for at, one in enumerate(happened):
        if one.at <= START:
            continue
        stands = stands and _count(happened[:at], one.at, days) >= least
        if not stands and _count(happened[: at + 1], one.at, days) >= least:
            stands = True
            wanted.append(one.name)
    assert [one.name for one in rises(happened, START, days, lambda count, _at: count >= least)] == wanted


def _count(happened: list[Happening], moment: datetime, days: int) -> int:
    return sum(moment - timedelta(days=days) < one.at <= moment for one in happened)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(-9, 9)), max_size=30),
    st.integers(-5, 55),
    st.integers(-5, 55),
)
def test_quantities_by_day(found: list[tuple[int, int]], start: int, end: int) -> None:
    day = date(2026, 1, 1)
    by_day = ByDay([(day + timedelta(days=at), qty) for at, qty in found])
    between = by_day.between(day + timedelta(days=start), day + timedelta(days=end))
    assert start > end or between == sum(qty for at, qty in found if start <= at <= end)
