"""Columns of lists behind subject and state, the most pressing first."""

from typing import Final

COLUMNS: Final = {
    "Complaint": ("stage_due", "complaint_owner", "received_at", "customer", "risk_level", "item_code"),
    "Complaint Chat": ("last_message_at", "handed_to", "complaint", "channel"),
    "Complaint Inbox Item": ("received_at", "sender_name", "sender_address", "road", "complaint"),
    "Investigation": ("due_date", "investigator", "complaint", "outcome"),
    "CAPA": ("window_end", "capa_owner", "capa_type"),
    "Field Action": ("due_date", "handler", "acknowledged_share", "accounted_share", "action_type"),
    "Field Action Customer": ("field_action", "state", "acknowledged_at"),
    "Complaint Survey": ("csat", "nps", "solved", "answered_at", "customer", "follow_up_due"),
    "Quality Hold": ("held_at", "held_by", "complaint"),
    "Legal Hold": ("held_from", "held_by", "complaint", "customer"),
    "Record Disposal": ("complaints", "proposed_by", "proposed_at"),
    "Complaint Signal": ("observed", "expected", "trend", "since"),
    "Reportability Assessment": ("deadline", "complaint"),
    "Regulatory Report": ("report_kind", "complaint", "submitted_on"),
    "Complaint Settlement": ("complaint", "posting_date", "total_amount"),
}
FIXED: Final = 3
"""Subject, tags and state, which Frappe counts as well."""
