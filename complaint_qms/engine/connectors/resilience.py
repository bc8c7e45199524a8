"""When a call is made again, and when a system is left alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Final

BACK_OFF: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
LONGEST_WAIT: Final = timedelta(hours=24)
"""The most that a system may ask for."""


def pause_after(attempt: int, asked: timedelta | None = None) -> timedelta:
    """How long a call is left alone after its n-th attempt, each time longer; as long as the system asks for, where that is longer.

    Args:
        attempt: the first is 1.
        asked: by its answer.
    """
    pause = BACK_OFF[min(max(attempt, 1), len(BACK_OFF)) - 1]
    return max(pause, min(asked, LONGEST_WAIT)) if asked else pause


def retry_after(header: str, now: datetime) -> timedelta | None:
    """What `Retry-After` (RFC 9110, 10.2.3) asks for, in seconds or as a date; None for nothing, or nothing that can be read.

    Args:
        now: with its zone.
    """
    header = header.strip()
    if header.isascii() and header.isdigit():
        return min(timedelta(seconds=int(header[:9])), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(timedelta(0), min(moment - now, LONGEST_WAIT))


@dataclass(frozen=True)
class Breaker:
    """A system that fails `limit` times one after another is left alone for `pause`; one call then tries it.

    Attributes:
        failures: one after another.
        open_until: until when nothing is sent; None while it is well.
    """

    limit: int
    pause: timedelta
    failures: int = 0
    open_until: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        return bool(self.open_until and self.open_until > now)

    def is_trial(self, now: datetime) -> bool:
        """Whether the next call is the one that tries it."""
        return bool(self.open_until and self.open_until <= now)

    def after_failure(self, now: datetime) -> Breaker:
        failures = self.failures + 1
        opens = failures >= self.limit or self.open_until is not None
        return replace(self, failures=failures, open_until=now + self.pause if opens else None)
