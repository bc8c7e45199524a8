"""What a complainant writes, decides or rates, by a secret link or in the portal: kept in the inbox, and put on the complaint."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.visitor import LONGEST_TEXT
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence.agreement import enter_word, waits_for_word
from complaint_qms.services.inbox.adding import add_to
from complaint_qms.services.inbox.item import write
from complaint_qms.services.inbox.origin import told_by_sender
from complaint_qms.services.inbox.outcomes import Added
from complaint_qms.services.inbox.store import InboundMessage, Sender
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.visitor import rating, solutions, submissions


@dataclass(frozen=True)
class Way:
    """By which way a complainant speaks.

    Attributes:
        road: key of `constants/inbox.ROADS`.
        scope: within what the browser's keys count: a link, or a complaint.
        payload: what the road's reader finds the complaint by.
        sender: who it is, where the way knows; else as the complaint says.
    """

    road: str
    scope: str
    payload: dict[str, Any]
    channel: str | None = None
    sender: Sender | None = None


def keep_message(
    complaint: str, way: Way, key: str, text: str, tokens: list[str], *, without_place: bool
) -> None:
    """Take in what the complainant writes or sends, by way of the inbox; who handles the complaint hears of it. The same key again
    is the same message.

    Raises:
        frappe.ValidationError: there is nothing in it, or too much.
    """
    if blank(text) and not tokens:
        refuse(_("Write something, or add a file."))
    text = _checked(text, _("Write to us"), LONGEST_TEXT)
    _keep(complaint, way, key, text or _("Files"), {"text": text}, tokens, without_place=without_place)


def keep_decision(complaint: str | None, way: Way, key: str, *, accepted: bool, text: str) -> None:
    """Take in whether the complainant accepts the solution, by way of the inbox: where it cannot be entered it waits there.
    The same key again is the same word.

    Raises:
        frappe.ValidationError: no solution waits for an answer, or it is refused without a word.
    """
    if not accepted and blank(text):
        refuse(_("Tell us why the solution does not help you, so that we can find another one."))
    text = _checked(text, _("Why does it not help you?"), LONGEST_TEXT)
    with submissions.one_at_a_time("word", complaint or way.scope):
        if submissions.was_taken(way.road, way.scope, key):
            return
        doc = _read(complaint)
        if not doc or not waits_for_word(doc):
            refuse(
                _(
                    "No solution waits for your answer at the moment. Load the page again to see how it stands."
                )
            )
        said = text or _("I accept the solution.")
        verdict = "agreed" if accepted else "disagreed"
        told = {"text": text, "verdict": verdict, "solution": solutions.text_told(doc)}
        _keep(doc.name, way, key, said, told)


def keep_rating(complaint: str | None, way: Way, key: str, *, stars: int, text: str) -> None:
    """Take in how the complainant rates the handling, by way of the inbox, once. The same key again is the same rating.

    Raises:
        frappe.ValidationError: it is not over, was rated, or the stars are none.
    """
    rating.check_stars(stars)
    text = _checked(text, _("What should we know? (optional)"), rating.LONGEST_COMMENT)
    with submissions.one_at_a_time("word", complaint or way.scope):
        if submissions.was_taken(way.road, way.scope, key):
            return
        rating.check_open(_read(complaint))
        said = text or _("{0} of 5").format(stars)
        _keep(complaint, way, key, said, {"text": text, "stars": stars})


def added(item: Document, name: str, values: dict[str, Any]) -> Added:
    """Put an item that was kept here on its complaint; for the readers of the roads."""
    complaint = frappe.get_doc("Complaint", name, for_update=True)
    if stars := values.get("stars"):
        rating.enter(complaint, stars, values["text"], item.road)
        return Added(complaint.name)
    if verdict := values.get("verdict"):
        told_by_sender(item, complaint)
        enter_word(complaint, verdict, values["text"], item.road)
    if complaint.stage == "duplicate" and complaint.duplicate_of:
        # Whoever works on it reads it there, as with mails.
        write(item, sent_about=complaint.name)
        complaint = frappe.get_doc("Complaint", complaint.duplicate_of, for_update=True)
    return Added(complaint.name, add_to(item, complaint, values.get("verdict") or ""))


def _checked(text: str, label: str, longest: int) -> str:
    """What was typed, by the field's own name where it is too long. Browsers send two signs for the end of a line."""
    typed = text.replace("\r\n", "\n").strip()
    if len(typed) > longest:
        refuse(
            _("{0}: at most {1} characters, and these are {2}. Shorten it.").format(
                label, longest, len(typed)
            )
        )
    return typed


def _read(complaint: str | None) -> Document | None:
    with acting_as():
        return frappe.get_doc("Complaint", complaint) if complaint else None


def _keep(
    name: str,
    way: Way,
    key: str,
    said: str,
    values: dict[str, Any],
    tokens: list[str] | None = None,
    *,
    without_place: bool = False,
) -> None:
    language = frappe.local.lang
    with acting_as():
        complaint = frappe.get_doc("Complaint", name)
        message = InboundMessage(
            road=way.road,
            sender=way.sender
            or Sender(
                complaint.complainant_name or "", complaint.contact_email or complaint.contact_phone or ""
            ),
            subject=complaint.subject or "",
            text=said,
            payload=json.dumps({**way.payload, **values}, ensure_ascii=False),
            channel=way.channel,
            company=complaint.company,
            customer=complaint.customer,
            language=language,
        )
        submissions.keep_with_files(message, key, way.scope, tokens or [], without_place=without_place)
