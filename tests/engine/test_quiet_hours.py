"""Quiet hours: in whose time zone, over midnight, and on the days on which the clocks are changed."""

from __future__ import annotations

from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

import pytest

from complaint_qms.engine.quiet_hours import over_at

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
NIGHT = time(22), time(7)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("now", "zone", "hours", "over"),
    [
        (utc(2024, 7, 1, 14), SHANGHAI, NIGHT, utc(2024, 7, 1, 23)),  # 22:00, to the minute
        (utc(2024, 7, 1, 13, 59), SHANGHAI, NIGHT, None),
        (utc(2024, 7, 1, 20), SHANGHAI, NIGHT, utc(2024, 7, 1, 23)),  # 4:00 of the next day
        (utc(2024, 7, 1, 23), SHANGHAI, NIGHT, None),  # 7:00
        (utc(2024, 7, 1, 20), BERLIN, NIGHT, utc(2024, 7, 2, 5)),
        (utc(2024, 7, 1, 10), SHANGHAI, (time(12), time(18, 30)), utc(2024, 7, 1, 10, 30)),
        (utc(2024, 7, 1, 10), SHANGHAI, (time(9), time(9)), None),
        # the night in which Berlin's clocks go from 2:00 to 3:00, and the one in which they go back
        (utc(2024, 3, 30, 22), BERLIN, NIGHT, utc(2024, 3, 31, 5)),
        (utc(2024, 3, 30, 23), BERLIN, (time(22), time(2, 30)), utc(2024, 3, 31, 1, 30)),
        (utc(2024, 10, 26, 22), BERLIN, NIGHT, utc(2024, 10, 27, 6)),
    ],
)
def test_they_are_over(now, zone, hours, over):
    assert over_at(now, zone, *hours) == over
