"""Stage keys of the records that move through a workflow. Code asks these keys; labels belong to the site."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

# The way of a complaint, in order, and the side stations beside it.
COMPLAINT_FLOW: Final = ("intake", "triage", "investigate", "solve", "confirm", "execute", "review", "closed")
COMPLAINT_SIDE: Final = ("on_hold", "rejected", "duplicate", "void")
COMPLAINT_STAGES: Final = COMPLAINT_FLOW + COMPLAINT_SIDE
COMPLAINT_OPEN: Final = COMPLAINT_FLOW[:-1]
COMPLAINT_CLOSED: Final = COMPLAINT_FLOW[-1]
COMPLAINT_EARLY: Final = COMPLAINT_FLOW[:2]
"""Intake and triage: what it is, is not decided yet."""
COMPLAINT_UNENDED: Final = (*COMPLAINT_OPEN, "on_hold")
COMPLAINT_ENDED: Final = ("closed", "rejected", "duplicate", "void")
# From the solution to the review of it.
REVIEW: Final = "review"
SOLVING: Final = COMPLAINT_FLOW[COMPLAINT_FLOW.index("solve") : COMPLAINT_FLOW.index(REVIEW) + 1]
AT_ONCE: Final = tuple((origin, REVIEW) for origin in COMPLAINT_EARLY)
"""Moves of a complaint that was solved while it was registered, where its SOP allows that; the stages between are passed over."""
# Ended without having been a complaint of its own: counted in no rate.
NO_COMPLAINT: Final = ("rejected", "duplicate", "void")

INVESTIGATION_FLOW: Final = ("planned", "in_progress", "review", "completed")
INVESTIGATION_STAGES: Final = (*INVESTIGATION_FLOW, "void")
CAPA_FLOW: Final = ("draft", "plan_review", "implement", "verify", "effectiveness", "closed")
CAPA_STAGES: Final = (*CAPA_FLOW, "ineffective", "void")
# Its criterion is fixed and not judged yet.
CAPA_MEASURED: Final = ("implement", "verify", "effectiveness")
FIELD_ACTION_FLOW: Final = ("draft", "scope", "approval", "under_way", "ended")
MOCK_SKIPS: Final = ("approval", "under_way")
"""What a mock recall does not go through."""
CAPA_ACTION_OPEN: Final = ("open", "in_progress")


# Where a record may go from where it is. A site's workflow may offer less, never more.
COMPLAINT_MOVES: Final[dict[str, tuple[str, ...]]] = {
    "intake": ("triage", REVIEW, "on_hold", "void"),
    "triage": ("investigate", "solve", REVIEW, "rejected", "duplicate", "on_hold", "void"),
    "investigate": ("solve", "triage", "on_hold", "void"),
    "solve": ("confirm", "investigate", "on_hold", "void"),
    "confirm": ("execute", "solve", "on_hold", "void"),
    "execute": ("review", "solve", "on_hold", "void"),
    "review": ("closed", "execute", "investigate", "on_hold", "void"),
    "closed": ("investigate",),
    "on_hold": (*COMPLAINT_FLOW[:-1], "void"),
    "rejected": ("triage",),
    "duplicate": ("triage",),
    "void": (),
}
INVESTIGATION_MOVES: Final[dict[str, tuple[str, ...]]] = {
    "planned": ("in_progress", "void"),
    "in_progress": ("review", "void"),
    "review": ("completed", "in_progress", "void"),
    "completed": ("in_progress",),
    "void": (),
}
CAPA_MOVES: Final[dict[str, tuple[str, ...]]] = {
    "draft": ("plan_review", "void"),
    "plan_review": ("implement", "draft", "void"),
    "implement": ("verify", "void"),
    "verify": ("effectiveness", "implement", "void"),
    "effectiveness": ("closed", "ineffective"),
    "ineffective": ("draft",),
    "closed": ("draft",),
    "void": (),
}


FIELD_ACTION_MOVES: Final[dict[str, tuple[str, ...]]] = {
    "draft": ("scope", "cancelled"),
    # A mock recall ends with its list and its mass balance; the workflow tells the two ways apart.
    "scope": ("approval", "ended", "draft", "cancelled"),
    "approval": ("under_way", "scope", "cancelled"),
    "under_way": ("ended", "cancelled"),
    "ended": ("under_way",),
    "cancelled": (),
}


class Stages(NamedTuple):
    """The stages of a kind of record.

    Attributes:
        flow: its way, in order; a new record begins with the first.
        moves: where it may go from where it is.
        ended: where it has ended: it changes no more until it is opened again.
        asked: what the dialog of a step asks for, by the stage it leads to and in the order of the form, beside what is still
            missing.
        open_after_end: what alone may still change once it has ended.
        under_review: stages in which somebody else judges it, each with what alone may change meanwhile. To change more, send it
            back: nobody approves what they wrote last.
    """

    flow: tuple[str, ...]
    moves: Mapping[str, tuple[str, ...]]
    ended: tuple[str, ...]
    asked: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    open_after_end: tuple[str, ...] = ()
    under_review: Mapping[str, tuple[str, ...]] = MappingProxyType({})


COMPLAINT: Final = Stages(
    COMPLAINT_FLOW,
    COMPLAINT_MOVES,
    COMPLAINT_ENDED,
    asked={
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
        # To the review as well, past the stages between.
        "at_once": ("reply", "reply_sent_at", "customer_agreement", "harm_level"),
        "closed": ("capa_required", "no_capa_reason", "closing_decision", "closing_summary"),
        "on_hold": ("hold_reason", "hold_until"),
        "rejected": ("is_complaint", "reportable", "triage_rationale", "rejection_reason"),
        "duplicate": ("duplicate_of",),
        "void": ("void_reason",),
    },
    open_after_end=("reopen_reason",),
)
INVESTIGATION: Final = Stages(
    INVESTIGATION_FLOW,
    INVESTIGATION_MOVES,
    ended=("completed", "void"),
    asked={"review": ("outcome", "conclusion"), "void": ("void_reason",)},
    under_review={"review": ("void_reason",)},
)
CAPA: Final = Stages(
    CAPA_FLOW,
    CAPA_MOVES,
    ended=("closed", "void"),
    asked={
        "effectiveness": ("verification_note", "no_harm", "no_harm_note"),
        "closed": ("effect_conclusion", "effect_note"),
        "ineffective": ("effect_conclusion", "effect_override_reason", "effect_note"),
        "void": ("void_reason",),
    },
    open_after_end=("successor", "lessons", "related_changes", "residual_risks"),
    under_review={"plan_review": ("void_reason",)},
)
FIELD_ACTION: Final = Stages(
    FIELD_ACTION_FLOW,
    FIELD_ACTION_MOVES,
    ended=("ended", "cancelled"),
    asked={
        "scope": ("reason",),
        "approval": ("action_class", "hazard", "instruction"),
        "ended": ("conclusion",),
        "cancelled": ("cancel_reason",),
    },
    under_review={"approval": ("cancel_reason",)},
)
