"""The doors of a survey: open to whoever has its link, and what staff does about an answer."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.api.rate_limits import limited
from complaint_qms.services.survey import answering, second_look


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(120)
@checked
def look(token: str) -> dict[str, Any]:
    """What the page of a survey's link shows."""
    return answering.shown_by(token)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@limited(30)
@checked
def answer(
    token: str, key: str, csat: int, nps: int | None = None, solved: str = "", comment: str = ""
) -> dict[str, bool]:
    """Take in the answer to a survey, once.

    Args:
        csat: one to five.
        nps: 0 to 10, or nothing.
        solved: "yes", "no" or nothing.
    """
    answering.take_answer(token, key, csat=csat, nps=nps, solved=solved, comment=comment)
    return {"taken": True}


@frappe.whitelist(methods=["POST"])
@checked
def finish_follow_up(survey: str, note: str) -> None:
    """Note what came of a follow-up."""
    second_look.finish_follow_up(survey, note)
