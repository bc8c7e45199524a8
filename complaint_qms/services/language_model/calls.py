"""What users ask a model for: shown to them before it is sent, asked in a worker, kept an hour for them alone, logged without text."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, get_datetime, get_fullname, now_datetime

from complaint_qms.constants.language_model import (
    CALL,
    DONE,
    DRAFT,
    FAILED,
    KEPT_FOR,
    LONGEST_TEST,
    LONGEST_WISH,
    PURPOSES,
    SETTINGS,
    SUMMARY,
    TEST,
    WAITING,
)
from complaint_qms.engine import placeholders
from complaint_qms.engine.message import Message
from complaint_qms.integrations import language_model
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services import writing
from complaint_qms.services.correspondence.composing import check_kind, likely_kind
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.inbox import reasons
from complaint_qms.services.inbox.draft import paragraphs
from complaint_qms.services.language_model import prompts, settings
from complaint_qms.services.language_model.collecting import collect
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list

_METHOD: Final = f"{__name__}.ask_model"
_GRACE: Final = 60
"""Seconds that a job may wait and tidy up beside the call itself."""
_LOST: Final = Message("What was asked is not there any more. Ask again.")
_OFF: Final = Message("The language model was switched off meanwhile.")
_FAULT: Final = Message("The language model could not be asked. See the Error Log.")


@dataclass(frozen=True)
class Prompt:
    """What leaves: `instructions` and `text`; `back` stays, and puts back what placeholders stand for."""

    instructions: str
    text: str
    back: dict[str, str]
    digest: str


def preview(complaint: Document, purpose: str, kind: str = "", wish: str = "") -> dict[str, Any]:
    """What would be sent, word for word; nothing is.

    Returns:
        {text, instructions, digest (names what was shown), host, model, hidden (whether personal data are replaced),
        last (the user's newest call for the same within the hour: {call, state}, or None)}

    Raises:
        frappe.ValidationError: no model is connected.
    """
    doc = settings.connected()
    made = _prompt(complaint, purpose, kind, wish, doc)
    return {
        "text": made.text,
        "instructions": made.instructions,
        "digest": made.digest,
        "host": settings.host_of(doc),
        "model": doc.model,
        "hidden": bool(cint(doc.placeholders)),
        "last": _last(complaint, purpose),
    }


def request_text(complaint: Document, purpose: str, digest: str, kind: str = "", wish: str = "") -> Document:
    """Have the model asked by a job. The call.

    Args:
        digest: of what the user was shown.

    Raises:
        frappe.ValidationError: something else would be sent than they have seen.
    """
    doc = settings.connected()
    made = _prompt(complaint, purpose, kind, wish, doc)
    if made.digest != digest:
        refuse(_("The complaint has changed since you were shown what is sent. Look at it again."))
    call = _logged(purpose, doc, complaint.name)
    sent = {"instructions": made.instructions, "text": made.text, "back": made.back}
    frappe.cache.set_value(_key(call.name, "asked"), sent, expires_in_sec=_seconds())
    timeout = cint(doc.time_limit) + _GRACE
    frappe.enqueue(_METHOD, queue="default", timeout=timeout, call=call.name, enqueue_after_commit=True)
    return call


def ask_model(call: str) -> None:
    """Ask the model; called by a job."""
    row = frappe.get_doc(CALL, call)
    asked = frappe.cache.get_value(_key(call, "asked"), expires=True)
    frappe.cache.delete_value(_key(call, "asked"))
    doc = frappe.get_doc(SETTINGS)
    if row.state != WAITING:
        return
    if not asked or not cint(doc.enabled) or _is_lost(row.creation):
        # Whoever asked has been told that it is lost, and may have asked again.
        _ended(row, 0, FAILED, _LOST if cint(doc.enabled) else _OFF)
        return
    frappe.db.commit()  # nothing is held while the model thinks
    began = monotonic()
    try:
        answer = language_model.ask(settings.service_of(doc), asked["instructions"], asked["text"])
        text = placeholders.restore(answer.text, asked["back"])
        frappe.cache.set_value(_key(call, "answer"), text, expires_in_sec=_seconds())
    except ServiceError as error:
        _ended(row, monotonic() - began, FAILED, error.said)
        return
    except Exception as error:
        # Whoever asked is told, whatever it was. What the error says may hold the text.
        frappe.db.rollback()
        frappe.log_error(title="The language model could not be asked", message=way_of(error))
        _ended(row, monotonic() - began, FAILED, _FAULT)
        return
    _ended(row, monotonic() - began, DONE, None, answer)


def result(call: str) -> dict[str, Any]:
    """What became of a call of the present user: {state, text, error, model, purpose, complaint}.

    Raises:
        frappe.PermissionError: it is somebody else's.
    """
    row = _own(call)
    said = {"state": row.state, "text": "", "error": "", "model": row.model, "purpose": row.purpose}
    said["complaint"] = row.complaint
    if row.state == FAILED:
        said["error"] = reasons.in_words(row.error)
    elif row.state == DONE:
        said["text"] = frappe.cache.get_value(_key(call, "answer"), expires=True) or ""
        said["error"] = "" if said["text"] else _(_LOST.key)
    elif _is_lost(row.creation):
        _ended(row, 0, FAILED, _LOST)
        said.update(state=FAILED, error=_(_LOST.key))
    return said


def keep_summary(call: str, text: str) -> str:
    """Put a summary, as the user has corrected it, on the timeline of its complaint, by their name. Name of the comment.

    Raises:
        frappe.ValidationError: it is no summary, is not there, or nothing is written.
    """
    row = _own(call)
    if row.purpose != SUMMARY or row.state != DONE:
        refuse(_("Only a summary that is there can be put on the timeline."))
    if not text.strip():
        refuse(_("Summary: write what is to stand on the timeline."))
    if len(text) > language_model.LONGEST_ANSWER:
        refuse(_("Summary: at most {0} characters.").format(language_model.LONGEST_ANSWER))
    complaint = frappe.get_doc("Complaint", row.complaint)
    complaint.check_permission("write")
    mark = _("Summary, proposed by the language model {0}, read and taken over by {1}.").format(
        escape_html(row.model), escape_html(get_fullname(frappe.session.user))
    )
    return complaint.add_comment("Comment", f"<p><i>{mark}</i></p>{paragraphs(text)}").name


def test_connection() -> dict[str, Any]:
    """Ask the model for one word, and wait: {works, said (plain text)}. No text of a complaint is sent."""
    doc = settings.connected()
    row, began = _logged(TEST, doc), monotonic()
    service = settings.service_of(doc, LONGEST_TEST)
    try:
        answer = language_model.ask(service, "Answer with the single word OK.", "Are you there?")
    except ServiceError as error:
        _ended(row, monotonic() - began, FAILED, error.said)
        return {"works": False, "said": reasons.in_words(reasons.of_message(error.said))}
    seconds = monotonic() - began
    _ended(row, seconds, DONE, None, answer)
    said = _("{0} at {1} answered within {2} seconds: {3}")
    return {
        "works": True,
        "said": said.format(doc.model, settings.host_of(doc), round(seconds, 1), answer.text[:100]),
    }


def check_purpose(purpose: str) -> None:
    """Raises:
    frappe.ValidationError: there is no such purpose.
    """
    if purpose not in PURPOSES:
        refuse(
            _("“{0}” has to be one of {1}, not “{2}”.").format(
                "purpose", comma_list(PURPOSES), escape_html(purpose[:100])
            )
        )


def clear(days: int) -> None:
    """Drop rows that are older."""
    row = frappe.qb.DocType(CALL)
    frappe.db.delete(CALL, filters=row.creation < now_datetime() - timedelta(days=days))


def tell_reader(row: Document) -> None:
    """Put the reason of a failure into the reader's language."""
    row.error = reasons.in_words(row.error) or None


def _prompt(complaint: Document, purpose: str, kind: str, wish: str, doc: Document) -> Prompt:
    check_purpose(purpose)
    asked = ""
    if purpose == DRAFT:
        kind = kind or likely_kind(complaint)
        check_kind(kind)
        asked = " ".join(wish.split())
        if len(asked) > LONGEST_WISH:
            refuse(_("What It Should Say: at most {0} characters.").format(LONGEST_WISH))
    language = language_of(complaint) if purpose == DRAFT else frappe.local.lang or "en"
    found = collect(complaint, purpose, doc)
    text, back = prompts.marked_text(found.lines, asked), {}
    if cint(doc.placeholders):
        text, back = placeholders.hide(text, found.known, found.kept)
    said = prompts.instructions(purpose, language, kind)
    parts = (said, text, doc.service_address, doc.model)
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
    return Prompt(said, text, back, digest)


def _logged(purpose: str, doc: Document, complaint: str | None = None) -> Document:
    row = frappe.get_doc(
        {
            "doctype": CALL,
            "user": frappe.session.user,
            "purpose": purpose,
            "complaint": complaint,
            "state": WAITING,
            "host": settings.host_of(doc),
            "model": doc.model,
            "placeholders": cint(doc.placeholders),
        }
    )
    return row.insert(ignore_permissions=True)


def _ended(
    row: Document,
    seconds: float,
    state: str,
    said: Message | None,
    answer: language_model.Answer | None = None,
) -> None:
    values = {
        "state": state,
        "seconds": round(seconds, 1),
        "error": reasons.of_message(said) if said else None,
    }
    if answer:
        values |= {"tokens_sent": answer.tokens_sent, "tokens_received": answer.tokens_received}
    writing.set_values(CALL, row.name, values, "answer of the language model")


def _own(call: str) -> Document:
    row = frappe.get_doc(CALL, call)
    if row.user != frappe.session.user:
        raise frappe.PermissionError
    return row


def _last(complaint: Document, purpose: str) -> dict[str, str] | None:
    rows = frappe.get_all(
        CALL,
        {
            "user": frappe.session.user,
            "complaint": complaint.name,
            "purpose": purpose,
            "creation": (">", now_datetime() - KEPT_FOR),
        },
        ["name", "state", "creation"],
        order_by="creation desc",
        limit=1,
    )
    if not rows or rows[0].state == FAILED or (rows[0].state == WAITING and _is_lost(rows[0].creation)):
        return None
    if rows[0].state == DONE and not frappe.cache.get_value(_key(rows[0].name, "answer"), expires=True):
        return None
    return {"call": rows[0].name, "state": rows[0].state}


def _is_lost(asked_at: datetime | str) -> bool:
    """Whether the job of a call that still waits would have ended long since: its worker was stopped, or the queue emptied."""
    doc = frappe.get_cached_doc(SETTINGS)
    return get_datetime(asked_at) + timedelta(seconds=cint(doc.time_limit) + _GRACE) < now_datetime()


def _seconds() -> int:
    return int(KEPT_FOR.total_seconds())


def _key(call: str, part: str) -> str:
    return f"complaint_qms_language_model:{call}:{part}"
