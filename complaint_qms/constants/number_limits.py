"""Numbers that dates, times and shares are reckoned with: beyond these limits no calendar holds the result, or it says nothing."""

from typing import Final

from complaint_qms.constants.escalation import MOST_PERCENT

_TEN_YEARS_OF_DAYS: Final = 3650
# In hours of work these are eight or nine years: the clock looks ten years ahead.
_TWO_YEARS_OF_SECONDS: Final = 731 * 86_400

MOST: Final[dict[str, dict[str, int]]] = {
    "Complaint QMS Settings": {
        "approval_window_days": _TEN_YEARS_OF_DAYS,
        "expected_life_years": 150,
        "retention_years": 150,
        "topics_wanted": 60,
    },
    "Complaint Handler": {"capacity": 9999},
    "CAPA": {"window_days": _TEN_YEARS_OF_DAYS, "baseline_days": _TEN_YEARS_OF_DAYS},
    "Risk Matrix": {"occurrence_days": _TEN_YEARS_OF_DAYS},
    "Complaint SOP": {
        "first_response_time": _TWO_YEARS_OF_SECONDS,
        "resolution_time": _TWO_YEARS_OF_SECONDS,
        "warn_percent": 100,
    },
    "Complaint SOP Stage": {"time_limit": _TWO_YEARS_OF_SECONDS, "warn_percent": 100},
    "Complaint SOP Step": {"hours": _TWO_YEARS_OF_SECONDS, "percent": MOST_PERCENT},
}
"""DocType → field → the most it takes; the least is 0."""
