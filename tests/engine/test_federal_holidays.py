"""Federal holidays as the Office of Personnel Management lists them."""

from __future__ import annotations

from datetime import date

import pytest

from complaint_qms.engine.federal_holidays import federal_holidays

# opm.gov, Federal Holidays; month and day on which each is kept.
LISTED = {
    2020: "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25",
    2021: "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31",
    2022: "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26",
    2023: "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25",
    2024: "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25",
    2025: "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25",
    2026: "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25",
}


@pytest.mark.parametrize("year", LISTED)
def test_a_year_has_the_days_that_are_listed(year):
    listed = {date.fromisoformat(f"{year}-{day}") for day in LISTED[year].split()}
    assert federal_holidays(year, year) == listed


def test_years_together_are_the_years_one_by_one():
    assert federal_holidays(2020, 2026) == frozenset().union(
        *(federal_holidays(year, year) for year in LISTED)
    )


def test_no_holiday_is_kept_at_a_weekend():
    assert all(day.weekday() < 5 for day in federal_holidays(1990, 2090))
