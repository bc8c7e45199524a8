"""The solutions that a complainant was told, one after the other, and what they said to each. Nothing that was written inside: what
staff have entered for them is told by its verdict alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.correspondence import ANSWER
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.correspondence.agreement import waits_for_word
from complaint_qms.services.correspondence.plain_text import plain_lines
from complaint_qms.services.correspondence.standing import WORDS_OF_THEIRS
from complaint_qms.services.visitor.talk import Talk

_LONGEST: Final = 5000


def solutions_of(complaint: Document, talk: Talk) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    """The solution that counts, and those before it, the newest first: {text, at, waits, answer, said, said_at} each.

    `answer` is agreed, disagreed or None; `said` is in the complainant's own words.
    """
    told = _told(complaint, talk)
    verdict = complaint.customer_agreement if complaint.customer_agreement in WORDS_OF_THEIRS else None
    text = _text(complaint)
    last = told[-1] if told else None
    # What was refused is being worked on: the text on record is told once it is sent.
    is_draft = last and last["text"] != text and last["answer"] == verdict == "disagreed"
    if not text or is_draft:
        return None, told[::-1]
    current = _solution(text, get_datetime(complaint.reply_sent_at))
    if last and last["text"] == text and last["answer"] in (None, verdict):
        current = told.pop()
    return current | {"waits": waits_for_word(complaint), "answer": verdict}, told[::-1]


def text_told(complaint: Document) -> str:
    """What a word on the solution is said on; empty where it is too long to be kept with the word."""
    text = _text(complaint)
    return text if len(text) <= _LONGEST else ""


def _told(complaint: Document, talk: Talk) -> list[dict[str, Any]]:
    """What was told and answered, oldest first: each answer that was sent, and each solution that a word was said on."""
    found: list[dict[str, Any]] = []
    for row in talk:
        if row["kind"] == ANSWER and not row["mine"]:
            if not found or found[-1]["text"] != row["text"] or found[-1]["answer"]:
                found.append(_solution(row["text"], row["at"]))
        elif word := row["word"]:
            text = word.get("solution") or (found[-1]["text"] if found else _text(complaint, row["at"]))
            if not found or found[-1]["text"] != text or found[-1]["answer"]:
                found.append(_solution(text, None))
            found[-1] |= {"answer": word["verdict"], "said": word.get("text") or "", "said_at": row["at"]}
    return found


def _text(complaint: Document, by: datetime | None = None) -> str:
    """The reply on record, where it was told (until a moment); else nothing."""
    sent_at = complaint.reply_sent_at and get_datetime(complaint.reply_sent_at)
    if not sent_at or blank(complaint.reply) or (by and sent_at > by):
        return ""
    return plain_lines(complaint.reply)


def _solution(text: str, at: datetime | None) -> dict[str, Any]:
    return {"text": text, "at": at, "waits": False, "answer": None, "said": "", "said_at": None}
