"""The language model of the site over the wire: what would be sent, a text that is asked for, and what became of it."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.api.rate_limits import count_call
from complaint_qms.constants.language_model import CALLS_AN_HOUR, DRAFT, SETTINGS
from complaint_qms.constants.personal_data import LEVELS
from complaint_qms.permissions.personal_data import check_sees
from complaint_qms.services.language_model import calls

_DOOR: Final = "language_model"


@frappe.whitelist(methods=["GET", "POST"])
@checked
def preview(complaint: str, purpose: str, kind: str = "", wish: str = "") -> dict[str, Any]:
    """What would be sent for a summary or a draft: see services.language_model.calls.preview.

    Args:
        purpose: "summary" or "draft".
        kind: of the message that is drafted: "Answer", "Question" or "Information"; by default what the stage calls for.
        wish: what the message should say, in the user's words.
    """
    return calls.preview(_complaint(complaint, purpose), purpose, kind, wish)


@frappe.whitelist(methods=["POST"])
@checked
def request(complaint: str, purpose: str, digest: str, kind: str = "", wish: str = "") -> dict[str, str]:
    """Have a job ask the model: {call, state}.

    Args:
        digest: of the preview that the user has seen; where something else would be sent by now, it is refused.
    """
    doc = _complaint(complaint, purpose)
    count_call(_DOOR, frappe.session.user, CALLS_AN_HOUR)
    call = calls.request_text(doc, purpose, digest, kind, wish)
    return {"call": call.name, "state": call.state}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def result(call: str) -> dict[str, Any]:
    """What became of an own call: {state, text, error, model, purpose, complaint}; the text is kept for an hour."""
    return calls.result(call)


@frappe.whitelist(methods=["POST"])
@checked
def keep_summary(call: str, text: str) -> str:
    """Put the summary of an own call, as corrected, on the timeline of its complaint: name of the comment."""
    return calls.keep_summary(call, text)


@frappe.whitelist(methods=["POST"])
@checked
def test() -> dict[str, Any]:
    """Ask the model for one word: {works, said}."""
    frappe.has_permission(SETTINGS, "write", throw=True)
    count_call(f"{_DOOR}_test", frappe.session.user, CALLS_AN_HOUR)
    return calls.test_connection()


def _complaint(name: str, purpose: str) -> Document:
    """Who changes a complaint has it summed up, who may write to the customer has a message drafted."""
    calls.check_purpose(purpose)
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("read")
    doc.check_permission("email" if purpose == DRAFT else "write")
    check_sees(LEVELS)
    return doc
