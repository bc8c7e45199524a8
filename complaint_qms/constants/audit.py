"""What the audit trail keeps, and how its entries are laid out."""

from typing import Final

from complaint_qms.constants.records import RECORDS, ROWS

ENTRY: Final = "Quality Audit Entry"
# Records of whose changes everything is kept: those that keep versions, with the rows of their tables
RECORDED: Final = frozenset(record.doctype for record in RECORDS if record.tracked)
LIMITED: Final = tuple(record.doctype for record in RECORDS if record.tracked and record.sight)
"""Those of them that not everybody with a role for it sees."""
FILE: Final = "File"
REPORT: Final = "Report"
TOLD: Final = RECORDED | frozenset(ROWS) | {FILE}
"""DocTypes of which `services/writing.py` says what it writes past a document."""

# Kinds of entries
BASELINE: Final = "baseline"
CREATE: Final = "create"
CHANGE: Final = "change"
MOVE: Final = "move"
DELETE: Final = "delete"
RENAME: Final = "rename"
WITH_FILE: Final = "with_file"
PRINT: Final = "print"
SIGN: Final = "sign"
SIGN_FAILED: Final = "sign_failed"
PERMISSION: Final = "permission"
ROLE: Final = "role"
WORKFLOW: Final = "workflow"
EXPORT: Final = "export"
REFUSED: Final = "refused"
SIGN_IN: Final = "sign_in"
CLOCK: Final = "clock"
RESTORE: Final = "restore"
DISPOSE: Final = "dispose"
ERASE: Final = "erase"
VIEW: Final = "view"
TIME_STAMP: Final = "time_stamp"
FIRST: Final = (BASELINE, CREATE)
"""Kinds that hold all of a record."""

LABELS: Final = {
    "audit_kind": {
        BASELINE: "Taken Over",
        CREATE: "Created",
        CHANGE: "Changed",
        MOVE: "Moved",
        DELETE: "Record Deleted",
        RENAME: "Renamed",
        WITH_FILE: "File",
        PRINT: "Printed",
        SIGN: "Signed",
        SIGN_FAILED: "Signing Failed",
        PERMISSION: "Permission",
        ROLE: "Role",
        WORKFLOW: "Workflow",
        EXPORT: "Exported",
        REFUSED: "Refused",
        SIGN_IN: "Sign-in Failed",
        CLOCK: "Clock Set Back",
        RESTORE: "Backup Restored",
        DISPOSE: "Disposed of",
        ERASE: "Personal Data Erased",
        VIEW: "Viewed",
        TIME_STAMP: "Time Stamp",
    },
    "time_stamp_every": {"stamped_hourly": "Every Hour", "stamped_daily": "Once a Day"},
    "audit_way": {
        "on_desk": "On the Desk",
        "rest": "API",
        "portal": "Customer Portal",
        "chat": "Chat",
        "job": "Job",
        "command": "Command",
    },
}

# Other apps' records that decide who may do what → kind of their entries
RIGHTS: Final = {
    "Custom DocPerm": PERMISSION,
    "DocShare": PERMISSION,
    "Has Role": ROLE,
    "Role": ROLE,
    "Role Profile": ROLE,
    "User": ROLE,
    "User Permission": PERMISSION,
    "Workflow": WORKFLOW,
}
# Of a person's account what their rights are made of, of a file its address and sum; nothing else is kept of these.
OF_PARTS: Final = {
    "User": frozenset(("enabled", "user_type", "role_profile_name", "roles")),
    FILE: frozenset(("file_url", "evidence_sha256")),
}
AT_FILES: Final = frozenset(("file_url", "evidence_sha256", "attached_to_doctype", "attached_to_name"))
"""Fields of a File of which an entry is made when one is written."""

# What the app itself remembers on its settings page, and what is worked out from other rows at any time again: topic and tone are
# read off a complaint's text, and counted and weighed anew each week
NOT_KEPT: Final = {
    "Complaint": frozenset(("topic", "sentiment")),
    "Complaint QMS Settings": frozenset(
        ("workflow_digests", "board_digest", "sop_packs_written", "time_stamp_result")
    ),
    "Complaint Topic": frozenset(("words", "complaints", "example", "coherence", "last_found_on")),
}
OF_THE_TREE: Final = frozenset(("lft", "rgt", "old_parent"))

# Kept beside the chain, which holds a digest of it alone: what people write, and what tells who somebody is
WRITTEN_TEXT: Final = frozenset(
    ("Small Text", "Text", "Long Text", "Text Editor", "Markdown Editor", "HTML Editor", "Code", "JSON")
)
ABOUT_PEOPLE: Final = frozenset(
    (
        "answered_by_name",
        "complainant_name",
        "contact_email",
        "contact_name",
        "contact_phone",
        "customer_name",
        "customer_reference",
        "person_name",
        "email",
        "file_url",
        "incident_place",
        "phone",
        "sender_address",
        "sender_name",
        "subject",
        "title",
    )
)
