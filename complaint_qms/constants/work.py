"""Vocabulary of “My Work Today”: what kinds of work there are and under which heading a piece stands."""

from typing import Final, NamedTuple

from complaint_qms.constants.stages import (
    CAPA_ACTION_OPEN,
    CAPA_FLOW,
    COMPLAINT_UNENDED,
    FIELD_ACTION_FLOW,
    INVESTIGATION_FLOW,
)

COMPLAINT: Final = "complaint"
INVESTIGATION: Final = "investigation"
ROOT_CAUSE: Final = "root_cause"
CAPA: Final = "capa"
CAPA_ACTION: Final = "capa_action"
ASSESSMENT: Final = "assessment"
AUTHORITY_REPORT: Final = "authority_report"  # that waits for review or to be submitted
FIELD_ACTION: Final = "field_action"
SETTLEMENT: Final = "settlement"
MESSAGE: Final = "message"  # that came in and waits for a decision
CHAT: Final = "chat"  # in which somebody waits for an answer
FOLLOW_UP: Final = "follow_up"  # of a survey whose customer is not content
SIGNAL: Final = "signal"  # of a rise in complaints, that waits for somebody to decide what follows
DISPOSAL: Final = "disposal"  # of records whose term is over, that waits for a second person
DOCUMENT: Final = "document"  # of ERPNext, drafted by a settlement

COMPUTE: Final = "Compute Effectiveness"
EXTEND: Final = "Extend the Window"
"""Steps of a CAPA whose window is over and that no workflow knows; the form takes them."""

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


class Duty(NamedTuple):
    """A field that names a person for work, and what says that the work is still to be done.

    Attributes:
        doctype: of the record or row.
        person: its field that names them.
        state: its field that says how far the work is; empty where naming alone makes it theirs.
        open: values of `state` with which work is left.
    """

    doctype: str
    person: str
    state: str = ""
    open: tuple[str, ...] = ()


DUTIES: Final = (
    Duty("Complaint", "complaint_owner", "stage", COMPLAINT_UNENDED),
    Duty("Investigation", "investigator", "stage", INVESTIGATION_FLOW[:-1]),
    Duty("Root Cause", "analyst", "status", ("draft",)),
    Duty("CAPA", "capa_owner", "stage", (*CAPA_FLOW[:-1], "ineffective")),
    Duty("Field Action", "handler", "stage", FIELD_ACTION_FLOW[:-1]),
    Duty("CAPA Action", "action_owner", "status", CAPA_ACTION_OPEN),
    Duty("Complaint SOP Stage", "responsible_user"),
    Duty("Complaint Chat", "handed_to", "mode", ("with_person",)),
)
"""Whoever is named by none of them has no work that could fall to somebody else."""
OPEN_STATES: Final = {duty.doctype: duty.open for duty in DUTIES}

VERIFY: Final = "Verify"
"""The judgement of a root cause, as its button is called; a root cause has no workflow that names it."""
