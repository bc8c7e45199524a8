"""Hours of a day in which somebody is not to be disturbed, in a time zone of their own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo


def over_at(now: datetime, zone: ZoneInfo, start: time, end: time) -> datetime | None:
    """When the quiet hours that `now` lies in are over, as a moment of UTC; None outside of them.

    Args:
        now: with its zone.
        start: the first quiet minute of a day; equal to `end` there are none.
        end: the first that is quiet no more; earlier than `start` it is of the next day. An hour that the clocks pass over
            is over when they have passed it; of one that comes twice, the first counts.
    """
    local = now.astimezone(zone)
    if start == end:
        return None
    for days in (-1, 0):
        day = local.date() + timedelta(days=days)
        last = day if end > start else day + timedelta(days=1)
        begin, over = (_moment(on, at, zone) for on, at in ((day, start), (last, end)))
        if begin <= now < over:
            return over
    return None


def _moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, zone).astimezone(timezone.utc)
