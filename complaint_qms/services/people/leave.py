"""Who is away today and comes back: an approved leave, where the site keeps leaves, or a holiday of their own list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from frappe.utils import getdate

from complaint_qms.integrations.erpnext.employees import holidays_of, leaves_of


def away(users: Iterable[str], day: date) -> set[str]:
    """Those of the users who do not work on a day, though they can act on others; two queries at most."""
    return set(days_away(users, day, day))


def days_away(users: Iterable[str], first: date, last: date) -> dict[str, set[date]]:
    """User → days from the first to the last on which they do not work, of those who have such a day; two queries at most."""
    wanted = sorted(set(users))
    found: dict[str, set[date]] = defaultdict(set)
    if not wanted:
        return found
    for user, day in holidays_of(wanted, first, last):
        found[user].add(getdate(day))
    for user, begin, end, half in leaves_of(wanted, first, last):
        begin, end = max(first, getdate(begin)), min(last, getdate(end))
        days = {begin + timedelta(days=number) for number in range((end - begin).days + 1)}
        # Who is away for half a day reads what came in.
        if whole := days - {half and getdate(half)}:
            found[user] |= whole
    return found
