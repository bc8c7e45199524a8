"""What belongs to the whole file of a complaint, and how long what was made of it is kept. Plain data."""

from typing import Final

from complaint_qms.constants import roles
from complaint_qms.constants.records import QUALITY_RECORDS, Names, named_by
from complaint_qms.constants.retention import DISPOSAL, LEGAL_HOLD
from complaint_qms.constants.signals import CASES, SIGNAL

MAKERS: Final = (roles.QUALITY_MANAGER, roles.AUDITOR, roles.REGULATORY)
"""Whoever holds one of these may have the whole file of a complaint made that they may read."""
KEPT_DAYS: Final = 7
READY: Final = "case_file_ready"
"""What is told to whoever asked for one. {title, error}"""

BESIDE: Final = ("Complaint Survey", "QMS Outside Fact", "QMS Outside Issue")
"""Records that are no quality records and belong to the file all the same."""
KINDS: Final = (*(kind for kind in QUALITY_RECORDS if kind != DISPOSAL), *BESIDE)
"""A disposal is about many complaints, whose numbers are nobody's business here; the trail has the tombstones."""
WAYS: Final[dict[str, tuple[Names, ...]]] = {
    kind: (
        *named_by(kind),
        *((Names(CASES, "complaint", "Complaint"),) if kind == SIGNAL else ()),
    )
    for kind in KINDS
    if kind != "Complaint"
}
"""DocType → by what a record of it belongs to the file: it names one that does."""
MOST_RECORDS: Final = 500

# Chapters in their order → DocTypes whose records they hold
CHAPTERS: Final[dict[str, tuple[str, ...]]] = {
    "complaint": ("Complaint", LEGAL_HOLD),
    "messages": (),
    "genealogy": (),
    "investigation": ("Investigation", "QMS Outside Fact", "QMS Outside Issue"),
    "root_cause": ("Root Cause",),
    "containment": ("Quality Hold", "Field Action", "Complaint Signal"),
    "capa": ("CAPA",),
    "settlement": ("Complaint Settlement",),
    "reportability": ("Reportability Assessment", "Regulatory Report"),
    "survey": ("Complaint Survey",),
    "signatures": (),
    "trail": (),
    "files": (),
}
SECRETS: Final = frozenset(("answer_key", "chat_key", "closing_key", "scope", "token_hash", "unique_key"))
"""Fields that open something to whoever knows them, or that only machines read."""
