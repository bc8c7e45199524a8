"""Vocabulary of the escalation ladder: when a step of an SOP is reached, what it does, and for whom."""

from typing import Final

PERCENT: Final = "percent"
BEFORE_DUE: Final = "before_due"
AFTER_DUE: Final = "after_due"
AFTER_START: Final = "after_start"
MOMENTS: Final = (PERCENT, BEFORE_DUE, AFTER_DUE, AFTER_START)
"""When a step is reached: at a share of the limit, or so much working time before or after the due time, or after the clock's start."""

REMIND: Final = "remind"
WATCH: Final = "watch"
RAISE: Final = "raise_urgency"
REASSIGN: Final = "reassign"
CALL: Final = "call_rule"
ACTIONS: Final = (REMIND, WATCH, RAISE, REASSIGN, CALL)
TELLS: Final = (REMIND, WATCH)
"""Actions of which those they name are told; who is handed a complaint hears of that as of every hand-over."""
NAMELESS: Final = (RAISE, CALL)
"""Actions that name nobody."""

ABOVE: Final = ("superior", "manager", "director")
"""First, second and third person above the handler, by “Reports to” of their employees."""
HANDLER: Final = "handler"
BY_ROLE: Final = "by_role"
BY_USER: Final = "by_user"

URGENCIES: Final = ("low", "normal", "high", "critical")
"""Rising; the last is raised no further."""

CONTENT: Final = (
    "clock",
    "stage",
    "moment",
    "percent",
    "hours",
    "action",
    "recipient",
    "role",
    "user",
    "backup",
    "from_urgency",
    "rule",
)
"""Fields of a step; two steps that say the same in all of them are one."""

MOST_PERCENT: Final = 1000

LADDER_FIELDS: Final = ("ladder_steps", "ladder_next_at")
"""Fields of a complaint: the steps ahead of it and those behind as JSON, and the moment of the next."""
LOG: Final = "Complaint Escalation"
"""DocType of the rows of a complaint that say which steps were taken."""
