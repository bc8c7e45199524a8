"""How long a usual working day is, for telling times in working days."""

from __future__ import annotations

from collections import Counter
from datetime import time

from complaint_qms.engine.sla.clock import WorkCalendar


def usual_workday(calendar: WorkCalendar) -> int:
    """Seconds of work of most days of the week that have any, of the longer ones where two lengths are as usual; 0 without
    shifts. Holidays and changes of the clock are left aside."""
    lengths = Counter(sum(_length(*shift) for shift in rows) for rows in calendar.shifts.values())
    return max(lengths, key=lambda length: (lengths[length], length), default=0)


def _length(start: time, end: time) -> int:
    """Seconds on the clock of a shift, which ends the next day where it does not end later."""
    begin, close = (3600 * at.hour + 60 * at.minute + at.second for at in (start, end))
    return (close - begin) % 86_400 or 86_400
