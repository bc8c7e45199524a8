"""What of a record's changes is worth a sentence of its story, in the order in which it is told. Plain data."""

from typing import Final

# Decisions and the reasons for them. Stamps, clocks and figures are left to the log of changes.
TOLD_FIELDS: Final[dict[str, tuple[str, ...]]] = {
    "Complaint": (
        "complaint_owner", "customer", "item_code", "batch_no", "serial_no", "is_complaint", "complaint_type", "severity", "occurrence",
        "urgency", "harm_level", "harm_description", "reportable", "reportable_reason", "triage_rationale", "covered_by_investigation",
        "coverage_rationale", "no_investigation_reason", "no_reply_reason", "first_response_reason", "customer_agreement", "agreement_note",
        "remedy_required", "no_remedy_reason", "settlement_status", "capa_required", "no_capa_reason", "closing_decision",
        "closing_summary", "hold_reason", "rejection_reason", "duplicate_of", "void_reason", "reopen_reason", "sop",
    ),
    "Investigation": (
        "investigator", "due_date", "sample_returned", "containment", "meets_specification", "outcome", "conclusion",
        "root_cause_waived_reason", "contributing_party", "void_reason",
    ),
    "Root Cause": ("analyst", "status", "category", "origin", "method", "verification_method", "rejection_reason"),
    "CAPA": (
        "capa_owner", "criterion", "metric", "verification_note", "no_harm", "no_harm_note", "verdict", "effect_override_reason",
        "effect_conclusion", "effect_note", "successor", "void_reason",
    ),
    "Field Action": (
        "handler", "due_date", "action_type", "action_class", "scope_customers", "conclusion", "below_target_reason", "cancel_reason",
    ),
    "Complaint Settlement": ("reason", "shortfall_reason"),
}  # fmt: skip
# Table → what names one of its rows
TOLD_ROWS: Final[dict[str, dict[str, str]]] = {
    "Complaint": {"evidence": "caption"},
    "Investigation": {"covered_complaints": "complaint", "checks": "check"},
    "Root Cause": {"whys": "answer", "factors": "cause"},
    "CAPA": {"actions": "action", "complaints": "complaint"},
    "Complaint Settlement": {"documents": "document_name"},
}
# Table → field whose change tells how a row fares
TOLD_STATES: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "Complaint": {"checklist": ("check", "done"), "evidence": ("caption", "struck_out")},
    "CAPA": {"actions": ("action", "status")},
    "Complaint Settlement": {"documents": ("document_name", "document_status")},
}
LONGEST: Final = 160
"""Characters of a reason that are told; the record holds the rest."""
MOST_CHANGES: Final = 500
"""Saved changes that are looked through, the newest."""
