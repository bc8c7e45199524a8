"""The single-use link of a survey: what it shows, and the answer that it takes in.

A link that was tampered with, is over, was used or never was is refused alike, so that nobody learns which it is.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import get_datetime, now_datetime

from complaint_qms.constants.survey import (
    ANSWERED,
    BY_SURVEY,
    DOCTYPE,
    LONGEST_COMMENT,
    MOST_RECOMMENDED,
    WAITS,
)
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.scalars import is_storable
from complaint_qms.services.survey.sending import hash_of
from complaint_qms.services.visitor import rating

_LONGEST_TOKEN: Final = 200
_KEY: Final = re.compile(r"[A-Za-z0-9-]{20,100}")
_SOLVED: Final = ("yes", "no")


def shown_by(token: str) -> dict[str, Any]:
    """What the page of a link shows: {number, about, company}.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
    """
    survey = _open(token)
    row = frappe.db.get_value(
        "Complaint", survey.complaint, ["item_name", "product_model", "company"], as_dict=True
    )
    return {
        "number": survey.complaint,
        "about": row.item_name or row.product_model or "",
        "company": row.company or "",
    }


def take_answer(token: str, key: str, *, csat: int, nps: int | None, solved: str, comment: str) -> None:
    """Take in an answer, once. The same key again is the same answer.

    Args:
        key: what the customer's browser calls this one answer; what was sent with it counts once.
        nps: 0 to 10; None where nothing was chosen.

    Raises:
        frappe.DoesNotExistError: the link is not valid, or not any more.
        frappe.ValidationError: naming what is missing or wrong.
    """
    name = _complaint_of(token)
    with acting_as():
        # In the order in which a rating by another way takes them.
        complaint = frappe.get_doc("Complaint", name, for_update=True)
        survey = _open(token, answered_by=key, for_update=True)
        if survey.state == ANSWERED:
            return
        _check(key, csat, nps, solved, comment)
        text = comment.strip()
        values = {
            "state": ANSWERED,
            "road": BY_SURVEY,
            "answered_at": now_datetime(),
            "csat": csat,
            "nps": None if nps is None else str(nps),
            "solved": solved or None,
            "comment": text or None,
            "answer_key": _kept(key),
        }
        writing.set_values(DOCTYPE, survey.name, values, "answered by its link")
        rating.enter(complaint, csat, text, BY_SURVEY, survey=survey.name, nps=nps, solved=solved or None)


def _check(key: str, csat: int, nps: int | None, solved: str, comment: str) -> None:
    wrong = []
    if not _KEY.fullmatch(key):
        wrong.append(_("This form is too old. Load the page again; what you have typed stays."))
    if not 1 <= csat <= rating.MOST:
        wrong.append(_("Your rating: choose one to five stars."))
    if nps is not None and not 0 <= nps <= MOST_RECOMMENDED:
        wrong.append(_("Would you recommend us: choose 0 to 10."))
    if solved and solved not in _SOLVED:
        wrong.append(_("Is it solved: choose yes or no."))
    # Browsers send two signs for the end of a line.
    if (length := len(comment.replace("\r\n", "\n").strip())) > LONGEST_COMMENT:
        wrong.append(
            _("{0}: at most {1} characters, and these are {2}. Shorten it.").format(
                _("Your comment"), LONGEST_COMMENT, length
            )
        )
    if not is_storable(comment):
        wrong.append(_("{0}: something in it is no letter or sign. Type it again.").format(_("Your comment")))
    if wrong:
        refuse(*wrong)


def _complaint_of(token: str) -> str:
    known = 0 < len(token) <= _LONGEST_TOKEN and frappe.db.get_value(
        DOCTYPE, {"token_hash": hash_of(token)}, "complaint"
    )
    return known or _refuse()


def _open(token: str, *, answered_by: str = "", for_update: bool = False) -> frappe._dict:
    """The survey of a link that may be answered.

    Args:
        answered_by: key of an answer that may have been taken in before.
    """
    if not 0 < len(token) <= _LONGEST_TOKEN:
        _refuse()
    fields = ["name", "complaint", "state", "expires_on", "answer_key"]
    survey = frappe.db.get_value(
        DOCTYPE, {"token_hash": hash_of(token)}, fields, as_dict=True, for_update=for_update
    )
    if not survey:
        _refuse()
    is_same = survey.state == ANSWERED and answered_by and survey.answer_key == _kept(answered_by)
    if not is_same and (survey.state != WAITS or get_datetime(survey.expires_on) <= now_datetime()):
        _refuse()
    return survey


def _kept(key: str) -> str:
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _refuse() -> Any:
    frappe.throw(_("This link is not valid, or not any more."), frappe.DoesNotExistError)
