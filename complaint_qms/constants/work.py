"""Vocabulary of “My Work Today”: what kinds of work there are and under which heading a piece stands."""

from typing import Final

COMPLAINT: Final = "complaint"
INVESTIGATION: Final = "investigation"
ROOT_CAUSE: Final = "root_cause"
CAPA: Final = "capa"
CAPA_ACTION: Final = "capa_action"
ASSESSMENT: Final = "assessment"
SETTLEMENT: Final = "settlement"

GROUP_OVERDUE: Final = "overdue"
GROUP_TODAY: Final = "today"
GROUP_WEEK: Final = "week"
GROUP_LATER: Final = "later"
GROUP_WAITING: Final = "waiting"
GROUPS: Final = (GROUP_OVERDUE, GROUP_TODAY, GROUP_WEEK, GROUP_LATER, GROUP_WAITING)
"""Headings in the order of the page."""

WEEK_DAYS: Final = 7
"""Days, today counted, that stand under “within a week”: a Friday's list shows the coming Monday."""

WARN_SHARE: Final = 0.75
"""Share of the time to a due date from which it is at risk; the SOP clock has its own, per stage."""

MOST: Final = 100
"""Pieces of one kind shown at once, the most urgent first."""
CANDIDATES: Final = 2000
"""Open complaints looked at, the most urgent first, before the user's permissions narrow them."""
