"""What of a record is not printed in its own print format, and which columns of its tables are. Plain data.

The rest follows the form: its tabs and sections in their order, without what is empty.
"""

from typing import Final

# Clocks and keys the stage history and the story say better, and what only machines read.
LEFT_OUT: Final[dict[str, tuple[str, ...]]] = {
    "Complaint": (
        "subject", "stage", "risk_level", "risk_acceptability", "risk_matrix", "source_doctype", "source_name", "is_migrated", "sla_status",
        "escalation_level", "on_hold_since", "total_hold_seconds", "response_due", "response_status", "response_used", "stage_entered_at",
        "stage_due", "stage_status", "resolution_due", "resolution_status", "resolution_used", "currency",
    ),
    "Investigation": ("title", "stage"),
    "Root Cause": ("title", "status", "content_by"),
    "CAPA": ("title", "stage", "risk_level"),
    "Field Action": ("title", "stage", "action_type", "action_class", "started_at", "time_to_list", "traced_share"),
    "Complaint Settlement": ("customer_name", "conversion_rate", "base_total_amount"),
}  # fmt: skip
# Who took part is told by the story, row by row.
TABLES_LEFT_OUT: Final = ("contributors",)
# Table → columns; a table that is not named prints those that its form shows.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "Complaint Evidence": ("file", "caption", "received_at", "sha256"),
    "Complaint Checklist Item": ("check", "done", "done_by", "done_at"),
    "Complaint Stage Log": ("stage", "entered_at", "left_at", "left_by", "used_seconds", "time_limit", "status"),
    "CAPA Action": ("action", "action_type", "action_owner", "due_date", "status", "done_on", "done_by", "evidence_note"),
    "Complaint Settlement Line": ("remedy", "item_code", "qty", "uom", "rate", "amount", "sales_invoice", "batch_no"),
}  # fmt: skip
# What is a statement at zero as well, and what it goes with: (field, its value or None for any). With another it is no part of the record.
ONLY_WITH: Final[dict[str, dict[str, tuple[str, str | None]]]] = {
    "CAPA": {
        "max_rate_ratio": ("metric", "complaint_rate"),
        "max_count": ("metric", "complaint_count"),
        "before_count": ("computed_at", None),
        "before_exposure": ("computed_at", None),
        "after_count": ("computed_at", None),
        "after_exposure": ("computed_at", None),
        "rate_ratio": ("rate_ratio_high", None),
        "rate_ratio_low": ("rate_ratio_high", None),
    },
}
STATES: Final[dict[str, tuple[str, ...]]] = {
    "Complaint": ("stage", "severity", "risk_level", "risk_acceptability"),
    "Investigation": ("stage",),
    "Root Cause": ("status",),
    "CAPA": ("stage", "risk_level"),
    "Field Action": ("stage", "action_type", "action_class"),
    "Complaint Settlement": (),
}
"""DocType → fields told beside the headline"""
MOST_PICTURES: Final = 12
