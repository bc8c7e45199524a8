"""Vocabulary of the SOP clock: its three clocks, their standings, and the fields that it alone writes."""

from typing import Final

from complaint_qms.constants.escalation import LADDER_FIELDS
from complaint_qms.constants.stages import COMPLAINT_ENDED

ON_TRACK: Final = "on_track"
AT_RISK: Final = "at_risk"
OVERDUE: Final = "overdue"
MET: Final = "met"
MISSED: Final = "missed"
PAUSED: Final = "paused"

RUNNING: Final = (ON_TRACK, AT_RISK, OVERDUE)
"""Standings of a clock that runs, from best to worst."""
LATE: Final = (OVERDUE, MISSED)
STEPS: Final = (("warn_at", AT_RISK), ("due", OVERDUE))
"""The steps of each clock in rising order: the field with its moment, and the standing from then on."""

CLOCKS: Final = ("response", "stage", "resolution")
"""Each has the fields ``<clock>_status`` and one for the moment of each of its steps, such as ``<clock>_due``."""

OWN_FIELDS: Final = (
    *(f"{clock}_{field}" for clock in CLOCKS for field in (*dict(STEPS), "status")),
    "sla_status",
    "next_check_at",
    "clock_plan",
    *LADDER_FIELDS,
    "escalation_level",
    "on_hold_since",
    "total_hold_seconds",
    "stage_entered_at",
    "response_used",
    "resolution_used",
)
"""Fields of a complaint that only the clock writes: what a form or an import sends for them does not count."""

HOLD: Final = "on_hold"
PAUSING: Final = (HOLD, *COMPLAINT_ENDED)
"""Stages of the log during which no time runs."""

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
"""Options of ERPNext's Service Day, in the order of Python's weekday numbers."""
