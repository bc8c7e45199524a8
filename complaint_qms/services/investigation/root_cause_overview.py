"""The stage bar of a root cause, which is judged without a workflow: a draft, then verified or ruled out."""

from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.permissions import get_role_permissions

from complaint_qms.constants import roles
from complaint_qms.constants.work import VERIFY
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.people.session_users import may
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word

# Somebody else's part: no field of the record would mend it.
_INDEPENDENCE: Final = "G6"


def overview(doc: Document) -> dict[str, Any]:
    """Steps done and to come and what the verification still lacks, as `overview.overview` gives them of other records."""
    judged = doc.status != "draft"
    end = "rejected" if doc.status == "rejected" else "verified"
    return {
        "stage": doc.status,
        "stage_label": word(doc.status, doc.doctype),
        "is_closed": judged,
        "steps": _steps(doc, end, judged),
        "next": [] if judged else _next(doc),
        "clock": None,
    }


def _steps(doc: Document, end: str, judged: bool) -> list[dict[str, Any]]:
    by = {"draft": doc.content_by, end: doc.verified_by}
    names = values_of("User", filter(None, by.values()), "full_name")
    known = {
        stage: {"by": user, "by_name": names.get(user, user)} for stage, user in by.items() if judged and user
    }
    left = {"left_at": doc.verified_at} if doc.verified_at else {}
    return [
        {
            "stage": "draft",
            "label": word("draft"),
            "status": "done" if judged else "now",
            **known.get("draft", {}),
        },
        {
            "stage": end,
            "label": word(end, doc.doctype),
            "status": "done" if judged else "next",
            **known.get(end, {}),
            **left,
        },
    ]


def _next(doc: Document) -> list[dict[str, Any]]:
    """The verification: to whom may judge, and to whoever writes while something of theirs is missing."""
    found = root_cause_missing(facts_of(doc) | {"stored": doc.as_dict()}, "verified")
    if not may(roles.QUALITY_MANAGER):
        found = [item for item in found if item.gate != _INDEPENDENCE]
        if not found or not get_role_permissions(doc.meta).get("write"):
            return []
    blocked = guard.independence(doc, found)
    return [
        {
            "action": VERIFY,
            "label": _("Verify"),
            "to_stage": "verified",
            "to_label": word("verified"),
            "kind": "forward",
            "missing": [guard.describe(doc, item) for item in found],
            "primary": not blocked,
            "blocked": blocked,
        }
    ]
