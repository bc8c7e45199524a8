"""Company and days that figures are about, as the filters of the reports ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from frappe.utils import add_months, getdate

from complaint_qms.constants.review import MONTHS


@dataclass(frozen=True)
class Span:
    """``company``: empty for all that the user may see; ``first``, ``last``: days, both included."""

    company: str
    first: date
    last: date

    def dated(self, **more: Any) -> dict[str, Any]:
        """Filters of a report over the period; ``more`` goes along."""
        asked = {"from_date": str(self.first), "to_date": str(self.last), **more}
        return {"company": self.company, **asked} if self.company else asked

    def asked(self, **more: Any) -> dict[str, Any]:
        """The same without what was no complaint, as the reports ask by themselves."""
        return self.dated(state="valid", **more)

    def before(self) -> Span:
        """The equally long period just before, with which the reports compare."""
        days = (self.last - self.first).days + 1
        return Span(self.company, self.first - timedelta(days=days), self.first - timedelta(days=1))


def last_whole(kind: str, today: date) -> tuple[date, date]:
    """First and last day of the calendar month, quarter or year that has ended before ``today``."""
    months = MONTHS[kind]
    running = date(today.year, (today.month - 1) // months * months + 1, 1)
    return getdate(add_months(running, -months)), running - timedelta(days=1)


def whole_period(kind: str, first: date) -> tuple[date, date]:
    """First and last day of the calendar period of a kind that a day lies in."""
    months = MONTHS[kind]
    begin = date(first.year, (first.month - 1) // months * months + 1, 1)
    return begin, getdate(add_months(begin, months)) - timedelta(days=1)
