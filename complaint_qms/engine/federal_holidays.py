"""Legal public holidays of the United States, which 21 CFR 803.3 leaves out of its work days.

5 U.S.C. 6103(a) names the days; by 6103(b) and Executive Order 11582 one that falls on a Saturday is kept on the Friday
before, one on a Sunday on the Monday after. Juneteenth counts since 2021 (Public Law 117-17).
"""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = ((1, 1, 0), (6, 19, 2021), (7, 4, 0), (11, 11, 0), (12, 25, 0))
"""Month, day and the first year in which it is a holiday."""
_NTH = ((1, 0, 3), (2, 0, 3), (5, 0, -1), (9, 0, 1), (10, 0, 2), (11, 3, 4))
"""Month, weekday (0 = Monday) and which one of the month; -1 is the last."""
_DAY = timedelta(days=1)


def federal_holidays(first_year: int, last_year: int) -> frozenset[date]:
    """Days on which federal holidays are kept in the years from `first_year` to `last_year`."""
    found: set[date] = set()
    # New Year's Day of the year after may be kept on the last day of this one.
    for year in range(first_year, last_year + 2):
        found |= {_kept_on(date(year, month, day)) for month, day, since in _FIXED if year >= since}
        found |= {_nth(year, month, weekday, which) for month, weekday, which in _NTH}
    return frozenset(day for day in found if first_year <= day.year <= last_year)


def _kept_on(day: date) -> date:
    return day + {5: -_DAY, 6: _DAY}.get(day.weekday(), timedelta())


def _nth(year: int, month: int, weekday: int, which: int) -> date:
    if which < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - _DAY
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
