"""Vocabulary of the triage table: what is proposed, what is entered there, and how much is shown."""

from typing import Final

PAGE: Final = 50
"""Complaints shown, and saved, at once."""

PROPOSED: Final = (
    "complaint_type",
    "severity",
    "occurrence",
    "urgency",
    "harm_level",
    "expectation",
    "expectation_note",
    "reportable",
)
"""Fields with a proposal, in the order of the table; the place of each is the key that takes it, the same in every row."""

ENTERED: Final = (
    *PROPOSED,
    "detection",
    "complaint_owner",
    "customer",
    "item_code",
    "batch_no",
    "is_complaint",
    "triage_rationale",
)
"""Fields that the table may change."""

REJECT: Final = "reject"
UNDO: Final = "undo"
STEPS: Final = ("", REJECT, UNDO)
REJECTION: Final = ("is_complaint", "reportable", "triage_rationale", "rejection_reason")
"""What is written with “not a complaint”."""

FIRST_WORDS: Final = 180
LEAST_UNITS: Final = 1

UNDONE_WITHIN: Final = 8 * 3600
"""Seconds within which the last change of a row is undone: a working day."""
