"""Columns of dates whose order of day and month nothing in the file decides: to be said before they are read."""

from __future__ import annotations

from dataclasses import dataclass

from complaint_qms.tabular.dates import parse_column
from complaint_qms.tabular.mapping import FileMapping

ORDERS = ("dmy", "mdy")


@dataclass(frozen=True)
class DateDoubt:
    """A column that may be read in both ways: its field, its headings, one of its cells and the day that is, ISO, with the day first
    and with the month first."""

    key: str
    headings: tuple[str, ...]
    example: str
    day_first: str
    month_first: str


def dates_in_doubt(mapping: FileMapping) -> list[DateDoubt]:
    """Every such column of a mapped file, in the order of its fields; none whose order a person gave."""
    return [
        DateDoubt(key, tuple(mapping.columns[key]), decision.open_date, *both_ways(decision.open_date))
        for key, decision in mapping.dates.items()
        if decision.open_date
    ]


def both_ways(text: str) -> tuple[str, str]:
    """The day that a date is when the day stands first, and when the month does."""
    day_first, month_first = (str(parse_column([text], order, "UTC")[0][0])[:10] for order in ORDERS)
    return day_first, month_first
