"""How a complainant rates the handling of their complaint: one to five, once, after it is over for them."""

from __future__ import annotations

from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.events import SURVEYED
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.record import timeline
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.timeline import Text, line

MOST: Final = 5
LONGEST_COMMENT: Final = 1000
_AGREED: Final = ("confirm", "execute", "review")


def standing(complaint: Document) -> dict[str, Any] | None:
    """{stars, comment} of a rating, {stars: 0} where one may be given, None where it is too early or never comes."""
    if complaint.customer_rating:
        return {"stars": complaint.customer_rating, "comment": complaint.rating_comment or ""}
    return {"stars": 0, "comment": ""} if _is_over(complaint) else None


def check_stars(stars: int) -> None:
    """Raises:
    frappe.ValidationError: they are none.
    """
    if not 1 <= stars <= MOST:
        refuse(_("Your rating: choose one to five stars."))


def check_open(complaint: Document | None) -> None:
    """Raises:
    frappe.ValidationError: the complaint is rated already, or it is too early.
    """
    if complaint and complaint.customer_rating:
        refuse(_("You have rated this already. Thank you."))
    if not complaint or not _is_over(complaint):
        refuse(_("You can rate it once you have accepted the solution, or the complaint is finished."))


def enter(
    complaint: Document,
    stars: int,
    comment: str,
    road: str,
    *,
    survey: str | None = None,
    nps: int | None = None,
    solved: str | None = None,
) -> None:
    """Enter a rating on a complaint, which is locked and may have ended; one that is rated already, or open again, keeps what
    it has, and the timeline says what came.

    Args:
        road: by which way it came.
        survey: the survey that it answers, where it was given by its link.
    """
    text = comment.strip()
    if not complaint.customer_rating and _is_over(complaint):
        values = {"customer_rating": stars, "rating_comment": text or None, "rated_at": now_datetime()}
        writing.set_values("Complaint", complaint.name, values, "rated by the complainant")
    if text:
        said = line("The complainant rates the handling with {0} of 5: {1}", stars, Text(text))
    else:
        said = line("The complainant rates the handling with {0} of 5.", stars)
    timeline.note_on(complaint, said)
    if solved == "no":
        timeline.note_on(complaint, line("The complainant says that it is not solved."))
    data = {"csat": stars, "nps": nps, "solved": solved, "comment": text, "road": road, "survey": survey}
    announce([Event(SURVEYED, complaint.doctype, complaint.name, data)])


def _is_over(complaint: Document) -> bool:
    """Ended, or the solution that was told is accepted."""
    agreed = complaint.customer_agreement == "agreed" and bool(complaint.reply_sent_at)
    return complaint.stage == "closed" or (agreed and complaint.stage in _AGREED)
