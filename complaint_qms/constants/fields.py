"""Fields that only the server writes. What a form or a request sends in them is put back without a word."""

from typing import Final

COMPLAINT_STAMPS: Final = (
    "triage_decided_by",
    "triage_decided_at",
    "reportable_decided_by",
    "reportable_since",
    "found_by_regulatory",
    "coverage_decided_by",
    "coverage_decided_at",
    "no_investigation_decided_by",
    "no_investigation_decided_at",
    "at_once_sop",
    "reply_sent_by",
    "settlement_status",
    "settled_amount",
    "currency",
    "closed_by",
    "closed_at",
    "retain_until",
    "reopen_count",
    "customer_rating",
    "rating_comment",
    "rated_at",
    "held_stage",
    "risk_matrix",
    "risk_level",
    "risk_acceptability",
    "action_priority",
    "risk_color",
    "required_action",
    "handler_reason",
    "learned_proposals",
    "alerted_at",
    "acknowledged_at",
    "acknowledge_at",
    "status_due_at",
)
INVESTIGATION_STAMPS: Final = ("completed_by", "completed_at", "submitted_by")
ROOT_CAUSE_STAMPS: Final = ("verified_by", "verified_at", "content_by")
CAPA_STAMPS: Final = (
    "submitted_by",
    "plan_approved_by",
    "plan_approved_at",
    "measured_types",
    "verified_by",
    "verified_at",
    "window_start",
    "window_end",
    "effect_reviewed_by",
    "effect_reviewed_at",
    "before_count",
    "before_exposure",
    "after_count",
    "after_exposure",
    "rate_ratio",
    "rate_ratio_low",
    "rate_ratio_high",
    "verdict",
    "verdict_reason",
    "computed_at",
    "closed_by",
    "closed_at",
    "reopen_count",
)
# Decisions about a complaint that are made anew once it is open again; its versions keep what they were.
DECIDED_ANEW: Final = (
    "coverage_decided_by",
    "coverage_decided_at",
    "no_investigation_reason",
    "no_investigation_decided_by",
    "no_investigation_decided_at",
    "at_once_sop",
    "no_reply_reason",
    "reply_sent_at",
    "reply_sent_by",
    "customer_agreement",
    "agreement_at",
    "agreement_note",
    "promised_on",
    "customer_rating",
    "rating_comment",
    "rated_at",
    "rejection_reason",
    "capa_required",
    "no_capa_reason",
    "closing_decision",
    "closing_summary",
    "closed_by",
    "closed_at",
    "retain_until",
    "duplicate_of",
)
# What alone a complaint loses that is separated from its original: it was never decided, so every word of it stays.
SEPARATED: Final = ("closed_by", "closed_at", "retain_until", "duplicate_of")
# Once a record has ended these alone may still change; everything else needs it to be opened again.
OPEN_AFTER_END: Final = {
    "Complaint": ("reopen_reason",),
    "Investigation": (),
    "CAPA": ("successor", "lessons", "related_changes"),
}
# What somebody else judges stands still meanwhile: to change it, send it back. Nobody approves what they wrote last.
UNDER_REVIEW: Final = {
    "Investigation": {"review": ("void_reason",)},
    "CAPA": {"plan_review": ("void_reason",)},
}
# What the dialog of a step asks for, by the stage it leads to and in the order of the form, beside what is still missing.
STEP_FIELDS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "Complaint": {
        "triage": ("customer", "complainant_name", "received_at", "description"),
        "investigate": (
            "is_complaint",
            "complaint_type",
            "severity",
            "occurrence",
            "harm_level",
            "reportable",
            "awareness_date",
            "triage_rationale",
            "complaint_owner",
        ),
        "solve": ("covered_by_investigation", "coverage_rationale", "no_investigation_reason"),
        "confirm": ("reply", "no_reply_reason", "remedy_required", "no_remedy_reason"),
        "execute": ("reply_sent_at", "no_reply_reason", "customer_agreement", "agreement_note"),
        "review": (),
        # To the review as well, past the stages between.
        "at_once": ("reply", "reply_sent_at", "customer_agreement", "harm_level"),
        "closed": ("capa_required", "no_capa_reason", "closing_decision", "closing_summary"),
        "on_hold": ("hold_reason", "hold_until"),
        "rejected": ("is_complaint", "reportable", "triage_rationale", "rejection_reason"),
        "duplicate": ("duplicate_of",),
        "void": ("void_reason",),
    },
    "Investigation": {"review": ("outcome", "conclusion"), "void": ("void_reason",)},
    "CAPA": {
        "effectiveness": ("verification_note", "no_harm", "no_harm_note"),
        "closed": ("effect_conclusion", "effect_note"),
        "ineffective": ("effect_conclusion", "effect_override_reason", "effect_note"),
        "void": ("void_reason",),
    },
}
