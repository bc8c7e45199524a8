"""Electronic signatures: what is shipped of who signs what, and what a signature is given for."""

from __future__ import annotations

from typing import Final, NamedTuple

from complaint_qms.constants import roles
from complaint_qms.constants.field_action import DOCTYPE as FIELD_ACTION
from complaint_qms.constants.records import STAGED

SIGNATURE: Final = "Quality Signature"
ASSESSMENT: Final = "Reportability Assessment"
ASSESSED: Final = ("reported", "not_reportable")
"""What is decided about an event: the steps of an assessment, which has a status and no stages."""


class SignatureRule(NamedTuple):
    """A signature that a step needs.

    Attributes:
        meaning: what the signer declares, in English or as the site wrote it.
        roles: any of these may give it.
        order: signatures with a lower one are given first.
        is_another_signer: not by who has signed for the same step with another meaning.
        is_without_part: not by who created, wrote, owns or submitted the record.
    """

    meaning: str
    roles: tuple[str, ...]
    order: int = 1
    is_another_signer: bool = True
    is_without_part: bool = False


Steps = dict[tuple[str, str], tuple[SignatureRule, ...]]

ALWAYS: Final[Steps] = {
    (FIELD_ACTION, "under_way"): (
        SignatureRule(
            "Approval of the field action", (roles.QUALITY_MANAGER, roles.REGULATORY), is_without_part=True
        ),
    ),
}
"""(DocType, stage it leads to) → signatures that every site asks for."""
REGULATED: Final[Steps] = {
    ("Complaint", "closed"): (SignatureRule("Approval of the closing", (roles.QUALITY_MANAGER,)),),
    ("CAPA", "closed"): (SignatureRule("Approval of the closing", (roles.QUALITY_MANAGER,)),),
    ("Investigation", "completed"): (
        SignatureRule("Approval of the investigation", (roles.QUALITY_MANAGER,), is_without_part=True),
    ),
    **{
        (ASSESSMENT, status): (SignatureRule("Decision on reportability", (roles.REGULATORY,)),)
        for status in ASSESSED
    },
}
"""Those that a site asks for with one switch."""

TARGETS: Final[dict[str, tuple[str, ...]]] = {
    **{
        doctype: tuple(
            stage
            for stage in dict.fromkeys((*way.flow[1:], *way.ended))
            # What is merged can be taken apart again; what is void or cancelled says so with a reason.
            if stage not in ("duplicate", "void", "cancelled")
        )
        for doctype, way in STAGED.items()
    },
    ASSESSMENT: ASSESSED,
}
"""DocType → steps that a site may have signed."""

NOT_SIGNED: Final[dict[str, frozenset[str]]] = {
    "Complaint": frozenset(
        (
            "complaint_owner", "department", "external_id", "first_response_at", "first_response_reason", "hold_reason", "hold_until",
            "is_migrated", "promised_on", "reopen_reason", "urgency", "void_reason",
        )
    ),
    "Investigation": frozenset(("due_date", "void_reason")),
    "CAPA": frozenset(("lessons", "related_changes", "successor", "void_reason")),
}  # fmt: skip
"""What is written while the work goes on, or may be added after the end: no signature is given for it."""
SIGNED_TOO: Final[dict[str, tuple[str, ...]]] = {
    "Complaint": ("risk_level", "risk_acceptability", "action_priority"),
    "CAPA": (
        "before_count", "before_exposure", "after_count", "after_exposure", "rate_ratio", "rate_ratio_low", "rate_ratio_high", "verdict",
    ),
}  # fmt: skip
"""Read-only fields that are judged: signed for beside all that people enter."""

LABELS: Final = {
    "signature_identified_by": {
        "by_password": "Password",
        "by_password_and_code": "Password and Verification Code",
    },
}
