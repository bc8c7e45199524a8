"""What goes with a complaint that is disposed of, and when a record that rests on it is over. Plain data."""

from typing import Final

from complaint_qms.constants.records import ENDED, QUALITY_RECORDS, RECORDS, TOOL
from complaint_qms.constants.retention import DISPOSAL, LEGAL_HOLD

APART: Final = (LEGAL_HOLD, DISPOSAL)
"""Quality records that tell of what was held and let go, and stay."""
CONNECTED: Final = tuple(kind for kind in QUALITY_RECORDS if kind not in APART)
OVER: Final = {
    **{kind: ("stage", tuple(stages)) for kind, stages in ENDED.items()},
    "Complaint Inbox Item": ("state", ("registered", "added", "dismissed")),
    "Complaint Settlement": ("docstatus", (1, 2)),
    "Complaint Signal": ("state", ("decided", "superseded")),
    "Quality Hold": ("status", ("released",)),
    "Regulatory Report": ("status", ("submitted",)),
    "Reportability Assessment": ("status", ("reported", "not_reportable")),
    "Root Cause": ("status", ("verified", "rejected")),
}
"""DocType → (field, its values) of records with which nothing happens any more; others hold back what they rest on."""

CLEARED: Final = (
    ("Complaint Chat", "moved_from", "Complaint"),
    ("Complaint Chat", "inbox_item", "Complaint Inbox Item"),
    ("Complaint Chat Message", "inbox_item", "Complaint Inbox Item"),
    ("Complaint Topic", "example", "Complaint"),
    ("Complaint Tracking Link", "inbox_item", "Complaint Inbox Item"),
    ("Management Review Action", "capa", "CAPA"),
)
"""(DocType, field, what it names) of records that stay and name it no more."""
DEPENDENT: Final = (
    *(
        (record.doctype, names.field, names.record)
        for record in RECORDS
        if record.kind == TOOL
        for names in record.names
        if not names.row and (record.doctype, names.field, names.record) not in CLEARED
    ),
    ("Complaint Chat Message", "chat", "Complaint Chat"),
    ("Complaint Match Key", "name", "Complaint"),
    ("Complaint Text Terms", "name", "Complaint"),
    ("Complaint Tracking Link", "complaint", "Complaint"),
)
"""(DocType, field, what it names) of what the app keeps beside a record and is nothing without it."""
ROWS_OF_SIGNALS: Final = ("Signal Complaint", "complaint")
"""Rows beside a signal, which each scan writes anew."""
