"""How long each class of records is kept, as the defaults of a new site (G8); a site's own settings may only lengthen it.

``years`` at least, from the day ``counts_from`` (see ``engine/sop/retention.py``); ``life``: never shorter than the product
is expected to live. This is data that a site checks, not legal advice.
"""

from typing import Final

from complaint_qms.constants import roles
from complaint_qms.constants.records import QUALITY, RECORDS, SETTINGS

ISO_13485: Final = "ISO 13485:2016, 4.2.5"

# Class of a record (`constants/records.py`) → its term
TERMS: Final = {
    "product": {"years": 2, "counts_from": "released", "source": ISO_13485},
    "record": {"years": 2, "counts_from": "ended", "source": ISO_13485},
    "event": {"years": 2, "counts_from": "event", "source": "21 CFR 803.18(c)"},
}

EVENT: Final = "event"
"""Class of complaints about reportable events."""

# What is never deleted -------------------------------------------------------------------------------------------------

ALWAYS: Final = "always"
ONCE_SUBMITTED: Final = "once_submitted"
_OF_TOOLS: Final = {
    "Complaint Chat": ALWAYS,
    "Complaint Chat Message": ALWAYS,
    "Complaint Classifier": ALWAYS,
    "Complaint Survey": ALWAYS,
    "Complaint Topic": ALWAYS,
    "Complaint Topic Fit": ALWAYS,
    "Field Action Customer": ALWAYS,
    "Field Action Notice": ALWAYS,
    "Management Review": ONCE_SUBMITTED,
    "Personal Data Request": ALWAYS,
    "QMS Outside Fact": ALWAYS,
    "QMS Outside Issue": ALWAYS,
    "Quality Audit Entry": ALWAYS,
    "Quality Signature": ALWAYS,
    "Reporting Rule Set": ALWAYS,
    "Signal Back-test": ONCE_SUBMITTED,
    "Signal Scan": ONCE_SUBMITTED,
}
KEPT: Final = (
    {record.doctype: ALWAYS for record in RECORDS if record.kind in (QUALITY, SETTINGS)}
    | _OF_TOOLS
    # A proposal that nobody has agreed to is no record of anything.
    | {"Complaint Settlement": ONCE_SUBMITTED}
)
"""Records of the app that nobody deletes, by no way in; rows of their tables go with nothing but their record. The others are words of
a vocabulary, which stay while a quality record names them, and what the app works with or works out anew."""
TALK_KEPT: Final = {
    "Comment": ("reference_doctype", "reference_name"),
    "Communication": ("reference_doctype", "reference_name"),
    "ToDo": ("reference_type", "reference_name"),
    "Version": ("ref_doctype", "docname"),
}
"""What is said, done and changed about a quality record, kept with it → fields that name the record."""
NO_WORDS: Final = ("Like",)
"""Kinds of a Comment that a click makes, and another takes back."""
ONE_THING: Final = ("Batch", "Employee", "Serial No", "User")
"""Whose records each stand for one thing or person: two of them that quality records name never become one."""

# Legal holds -----------------------------------------------------------------------------------------------------------

LEGAL_HOLD: Final = "Legal Hold"
HELD: Final = "held"
RELEASED: Final = "released"
HOLDERS: Final = (roles.QUALITY_MANAGER, roles.MANAGER, roles.REGULATORY)
RELEASERS: Final = (roles.QUALITY_MANAGER, roles.REGULATORY)
HELD_BY: Final = ("customer", "item_code", "batch_no", "serial_no")
"""Fields of a hold, and of a complaint, that hold all complaints with all of these values."""

# Disposal --------------------------------------------------------------------------------------------------------------

DISPOSAL: Final = "Record Disposal"
DISPOSED: Final = "Disposed Record"
DRAFT: Final = "draft"
PROPOSED: Final = "disposal_proposed"
UNDER_WAY: Final = "disposing"
DONE: Final = "disposed"
REJECTED: Final = "disposal_rejected"
WAITING: Final = "to_dispose"
GONE: Final = "removed"
KEPT_ON: Final = "kept_on"
PROPOSERS: Final = (roles.QUALITY_MANAGER, roles.MANAGER)
APPROVERS: Final = (roles.QUALITY_MANAGER,)
MOST: Final = 500
"""Complaints of one disposal."""

LABELS: Final = {
    "retention_class": {"product": "Product", "event": "Reportable Event"},
    "hold_status": {HELD: "Held", RELEASED: "Released"},
    "disposal_status": {
        DRAFT: "Draft",
        PROPOSED: "Waiting for Approval",
        UNDER_WAY: "Being Disposed of",
        DONE: "Disposed of",
        REJECTED: "Not Approved",
    },
    "disposal_row": {WAITING: "To Be Disposed of", GONE: "Removed", KEPT_ON: "Kept"},
}
