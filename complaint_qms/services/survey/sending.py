"""Customers are asked once their complaint is closed: some hours later, each once for a closing, and none too often."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.query_builder.functions import Concat
from frappe.utils import cint, get_datetime, get_url, now_datetime

from complaint_qms.constants.correspondence import SURVEY
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.survey import DOCTYPE, WAITS
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.correspondence import by_itself
from complaint_qms.services.correspondence.merge_fields import language_of
from complaint_qms.services.outreach.customer_messages import say, tells_in_chat
from complaint_qms.services.record import batches, timeline
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.transactions import roll_back_to

_METHOD: Final = f"{__name__}.send_due"
_JOB: Final = "complaint_qms_surveys"
_COMPLAINT: Final = "Complaint"
_LOOKED_BACK: Final = timedelta(days=7)
"""Whoever could not be asked for so long, because they were asked about another complaint, is not asked any more."""
_AT_ONCE: Final = 2000


def enqueue_surveys() -> None:
    """Have customers asked who are to be."""
    if cint(frappe.get_cached_doc(SETTINGS).survey_enabled):
        frappe.enqueue(_METHOD, queue="long", job_id=_JOB, deduplicate=True)


def send_due(now: datetime | None = None) -> int:
    """Ask the customers of complaints that were closed some hours ago; how many were asked. Commits after each."""
    moment, settings = now or now_datetime(), frappe.get_cached_doc(SETTINGS)
    if not cint(settings.survey_enabled):
        return 0
    pause = moment - timedelta(days=cint(settings.survey_pause_days))
    rows = _candidates(moment, pause)
    asked: set[str] = set()

    def ask(name: str) -> bool:
        complaint = frappe.get_doc(_COMPLAINT, name, for_update=True)
        place = _place(complaint)
        if not place or place in asked or (complaint.customer and complaint.customer in asked):
            return False
        if frappe.db.exists(DOCTYPE, {"sent_to": place, "sent_at": (">", pause)}):
            return False
        if complaint.stage != "closed" or complaint.customer_rating or not by_itself.is_told(complaint):
            return False
        if not _send(complaint, place, moment):
            return False
        asked.update({place, complaint.customer} - {None, ""})
        return True

    with acting_as():
        done = [
            batches.in_parts([row.name], lambda left: ask(left[0]), "Customer not asked", lambda left: (_COMPLAINT, left))
            for row in rows
        ]  # fmt: skip
    return sum(one == [True] for one in done)


def hash_of(token: str) -> str:
    """What is kept of the secret of a link."""
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def closing_key(complaint: Document | frappe._dict) -> str:
    """Which end of a complaint a survey is about; one that was opened again ends anew."""
    return f"{complaint.name}:{cint(complaint.reopen_count)}"


def kept_of(complaint: Document) -> dict[str, str | None]:
    """What a survey keeps of its complaint: what may be changed later, as it was."""
    return {
        "complaint": complaint.name,
        "customer": complaint.customer,
        "company": complaint.company,
        "complaint_type": complaint.complaint_type,
        "handler": complaint.complaint_owner,
    }


def _send(complaint: Document, place: str, now: datetime) -> bool:
    token, language = secrets.token_urlsafe(24), language_of(complaint)
    days = cint(frappe.get_cached_doc(SETTINGS).survey_valid_days) or 14
    frappe.db.savepoint("survey")
    survey = frappe.get_doc(
        {
            "doctype": DOCTYPE,
            **kept_of(complaint),
            "state": WAITS,
            "language": language if frappe.db.exists("Language", language, cache=True) else None,
            "sent_at": now,
            "sent_to": place,
            "expires_on": now + timedelta(days=days),
            "token_hash": hash_of(token),
            "closing_key": closing_key(complaint),
        }
    )
    try:
        survey.insert(ignore_permissions=True)
        link = get_url(f"/complaint-survey?_lang={language}#{token}")
        sent = say(complaint, SURVEY, {"survey_link": link})
    except (frappe.UniqueValidationError, frappe.DuplicateEntryError):
        frappe.clear_last_message()
        sent = None  # somebody else is asking
    except frappe.ValidationError as refusal:
        frappe.clear_messages()
        roll_back_to("survey")
        timeline.note_on(complaint, line("The survey could not be sent: {0}", Text(said(refusal))))
        return False
    if not sent:
        roll_back_to("survey")
    return bool(sent)


def _place(complaint: Document) -> str:
    """To whom the question goes: a mail address, else the customer's own chat."""
    if tells_in_chat(complaint, SURVEY):
        return f"chat:{complaint.source_name}"
    return by_itself.reachable_at(complaint)


def _candidates(now: datetime, pause: datetime) -> list[frappe._dict]:
    """Complaints that were closed long enough ago, since surveys are sent, whose closing nobody was asked about, and whose customer was
    not asked about another one since `pause`; the newest first, because the others were looked at before."""
    settings = frappe.get_cached_doc(SETTINGS)
    until = now - timedelta(hours=cint(settings.survey_after_hours))
    since = max(get_datetime(settings.survey_since or now), until - _LOOKED_BACK)
    complaint = frappe.qb.DocType(_COMPLAINT)
    about, lately = frappe.qb.DocType(DOCTYPE).as_("about"), frappe.qb.DocType(DOCTYPE).as_("lately")
    closing = Concat(complaint.name, ":", complaint.reopen_count)  # as `closing_key` has it
    return (
        frappe.qb.from_(complaint)
        .left_join(about)
        .on(about.closing_key == closing)
        .left_join(lately)
        .on((lately.customer == complaint.customer) & (lately.sent_at > pause))
        .select(complaint.name)
        .where(
            (complaint.stage == "closed") & (complaint.is_migrated == 0) & (complaint.customer_rating == 0)
        )
        .where(complaint.closed_at.between(since, until) & about.name.isnull() & lately.name.isnull())
        .orderby(complaint.closed_at, order=Order.desc)
        .orderby(complaint.name)
        .limit(_AT_ONCE)
    ).run(as_dict=True)
