"""Who had which part in a record that somebody else has to judge (G6)."""

from typing import Final

from complaint_qms.constants.records import RECORDS

FIELD: Final = "contributors"
ROWS: Final = "Quality Contributor"

CREATED: Final = "creator"
EDITED: Final = "editor"
ANSWERABLE: Final = "answerable"  # owner, investigator, analyst, or owner of an action at any time
SUBMITTED: Final = "submitter"
HANDED_OVER: Final = "handed_over"  # put somebody else in the place of the one answerable; wrote nothing

# Whoever has one of these parts does not judge the record.
AUTHORS: Final = (CREATED, EDITED, ANSWERABLE, SUBMITTED)

# The field that names who is answerable for a record.
ANSWERABLE_FIELD: Final = {record.doctype: record.answerable for record in RECORDS if record.answerable}

# What is not under review: the judgement itself, dates of planning, and what is added after the end. Everything else
# is, fields that a site adds as well. The server's own stamps do not count either.
NOT_REVIEWED: Final = {
    "Investigation": ("naming_series", "due_date", "opened_on", "void_reason"),
    "Root Cause": ("naming_series", "status", "verification_method", "rejection_reason"),
    "CAPA": (
        "naming_series",
        "verification_note",
        "no_harm",
        "no_harm_note",
        "effect_conclusion",
        "effect_override_reason",
        "effect_note",
        "window_extensions",
        "residual_risks",
        "void_reason",
        "lessons",
        "related_changes",
        "successor",
    ),
    "Field Action": (
        "naming_series",
        "opened_on",
        "due_date",
        "reminder_days",
        "most_reminders",
        "link_days",
        "conclusion",
        "below_target_reason",
        "cancel_reason",
    ),
}
