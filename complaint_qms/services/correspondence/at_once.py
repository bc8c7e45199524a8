"""Solving a complaint at once: what was said is noted as a message to the customer, and the step is taken, both or neither."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants.correspondence import ANSWER, GIVEN_AT_ONCE
from complaint_qms.constants.settlement import CANCELLED
from complaint_qms.constants.stages import AT_ONCE, REVIEW
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.correspondence import messages
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list


def solve(
    name: str, values: dict[str, Any], medium: str = "", at: datetime | None = None, given: str = ""
) -> Document:
    """Solve a complaint at once and send it to its final review.

    Args:
        values: fields of the complaint; `reply` is what the customer was told, else the reply that the complaint holds.
        medium: how they were told, other than by mail; empty where the reply stands in the complaint as sent.
        given: what they were given, one of `GIVEN_AT_ONCE`; empty where the fields of the remedy or a settlement say so.

    Raises:
        GateError: something is missing for it, or speaks against it; nothing is written then.
        frappe.ValidationError: the way, the moment or what was given is none, or a settlement gives the customer something else.
    """
    if medium and (wrong := messages.wrong_ways(medium)):
        refuse(*wrong)
    if given and given not in GIVEN_AT_ONCE:
        refuse(
            _("What Was Given: there is no “{0}”. Choose one of {1}.").format(
                escape_html(given), comma_list(word(key) for key in GIVEN_AT_ONCE)
            )
        )
    values = dict(values)
    doc = _locked(name)
    if given and doc.settlement_status not in (None, "", CANCELLED):
        refuse(
            _(
                "What Was Given: a settlement says what the customer gets. Leave it empty, or delete or cancel that first."
            )
        )
    if given:
        values |= {
            "remedy_required": "no",
            "no_remedy_reason": _("Given at once: {0}").format(word(given)),
        }
    if medium and not doc.reply_sent_at:  # a mail that was sent has entered itself
        at = at or now_datetime()
        values["reply_sent_at"] = at
        said = values.get("reply", doc.reply)  # one that was written before is told as well
        if (doc.stage, REVIEW) in AT_ONCE and not blank(said):
            values.pop("reply", None)
            messages.note(doc, ANSWER, medium, said, at)
            del values["reply_sent_at"]
            doc = _locked(name)
    guard.step_to(doc, REVIEW, values)
    return doc


def _locked(name: str) -> Document:
    return frappe.get_doc("Complaint", name, for_update=True)
