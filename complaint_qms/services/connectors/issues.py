"""Issues that were opened in another system, once each: for an investigation or an action of a CAPA; their status comes back.

A system that was asked to open one and broke off may have opened it. So each carries a key of ours, and the system is asked for it
before every attempt.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from time import monotonic
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime

from complaint_qms.constants.connectors import (
    ACTION,
    CONNECTOR,
    INVESTIGATION,
    ISSUE,
    JOB_SECONDS,
    OPEN_ISSUE,
    POLL_AGAIN,
    POLLED_AT_ONCE,
)
from complaint_qms.engine.connectors import Unusable, filled_address, read_path, values_at
from complaint_qms.engine.message import Message
from complaint_qms.integrations.connectors.calling import Answered, call
from complaint_qms.integrations.messaging.inbound import ServiceError, text_value
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.connectors import breaker, issue_settings
from complaint_qms.services.connectors.asking import FAULT, Prepared, prepare_request
from complaint_qms.services.connectors.storing import insert_by_server
from complaint_qms.services.connectors.subjects import Subject
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record.error_text import way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.service_tokens import CachedTokens

POLL_JOB: Final = "complaint_qms_issues"
_METHOD: Final = f"{__name__}.poll_issues"
_NO_KEY: Final = Message("The system did not say what it calls the issue. Check the path to its key.")


def new_issue(connector: Document, subject: Subject) -> tuple[Document, bool]:
    """The issue of a record in a system, and whether it is new. Twice asked for, it is the same one.

    Raises:
        frappe.ValidationError: the connector is switched off, or opens none.
    """
    if connector.purpose != OPEN_ISSUE or not cint(connector.enabled):
        refuse(
            _("{0} opens no issues. Choose another connector.").format(
                frappe.utils.escape_html(connector.title)
            )
        )
    key = issue_key(connector.name, subject)
    # Whoever asks at the same moment waits here.
    frappe.db.get_value(CONNECTOR, connector.name, "name", for_update=True)
    if known := frappe.db.get_value(ISSUE, {"unique_key": key}, "name", for_update=True):
        # What was read before the wait is older than what another request has inserted meanwhile.
        return frappe.get_doc(ISSUE, known, for_update=True), False
    values = {
        "doctype": ISSUE,
        "connector": connector.name,
        "unique_key": key,
        "asked_by": frappe.session.user,
    }
    return insert_by_server(frappe.get_doc({**values, **subject.links})), True


def issue_key(connector: str, subject: Subject) -> str:
    """What an issue is found again by in the other system: the same for the same record of the same site."""
    said = "\0".join((frappe.local.site, connector, subject.about, subject.name))
    return f"qms-{hashlib.sha256(said.encode()).hexdigest()[:20]}"


def prepare_opening(connector: Document, subject: Subject) -> Prepared:
    """The request that opens the issue.

    Raises:
        ServiceError: see asking.prepare_request.
    """
    return prepare_request(connector, subject, more={"key": issue_key(connector.name, subject)})


def open_there(connector: Document, subject: Subject, prepared: Prepared) -> tuple[Answered, str]:
    """Have the issue opened, unless the system has it; the answer, and what the system calls it.

    Raises:
        ServiceError: the system cannot be reached, or refuses.
    """
    tokens, key = CachedTokens(), {"key": issue_key(connector.name, subject)}
    answer = call(prepared.system, issue_settings.search_request(connector, key), tokens)
    if found := _value(connector.find_value_path, answer):
        return answer, found
    answer = call(prepared.system, prepared.request, tokens)
    found = _value(connector.issue_key_path, answer)
    if not found:
        raise ServiceError(_NO_KEY, passing=False, status=answer.status)
    return answer, found


def note_opened(connector: Document, subject: Subject, found: str, now: datetime) -> None:
    """Keep what the system calls the issue, and have its status asked for."""
    name = frappe.db.get_value(ISSUE, {"unique_key": issue_key(connector.name, subject)}, "name")
    if name:
        address = connector.base_url + filled_address(connector.issue_page or "", {"issue_key": found})
        values = {"issue_key": found, "address": address, "opened_at": now, "checked_at": None, "error": None}
        writing.set_values(ISSUE, name, values, "issue opened in another system")
        frappe.enqueue(_METHOD, queue="long", names=[name], enqueue_after_commit=True)


def opening_connectors(doc: Document) -> list[dict[str, str]]:
    """Connectors that open issues for an investigation, or for actions of a CAPA: [{name, about}]."""
    about = INVESTIGATION if doc.doctype == "Investigation" else ACTION
    filters = {
        "enabled": 1,
        "purpose": OPEN_ISSUE,
        "about": about,
        "company": ("in", ["", doc.company or ""]),
    }
    return frappe.get_all(CONNECTOR, filters, ["name", "about"], order_by="name asc")


def issues_of(doc: Document) -> list[dict[str, Any]]:
    """Issues of an investigation or a CAPA: [{name, connector, issue_key, address, status, is_done, checked_at, capa_action, error}]."""
    field = INVESTIGATION if doc.doctype == "Investigation" else "capa"
    fields = [
        "name",
        "connector",
        "issue_key",
        "address",
        "status",
        "is_done",
        "checked_at",
        "capa_action",
        "error",
    ]
    rows = frappe.get_all(ISSUE, {field: doc.name}, fields, order_by="creation asc, name asc")
    actions = {row.name: row.action for row in doc.get("actions") or ()}
    return [
        {**row, "error": reasons.in_words(row.error), "action": actions.get(row.capa_action, "")}
        for row in rows
    ]


def tell_error(row: Document) -> None:
    """Put the reason of a failure into the reader's language."""
    row.error = reasons.in_words(row.error) or None


def enqueue_polling(now: datetime) -> None:
    """Have the status of issues asked for by a job that nobody has looked at for a while."""
    if _due(now, 1):
        frappe.enqueue(_METHOD, queue="long", job_id=POLL_JOB, deduplicate=True)


def request_polling(doc: Document) -> None:
    """Have the status of a record's issues asked for by a job now."""
    names = [row["name"] for row in issues_of(doc) if row["issue_key"]]
    if names:
        frappe.enqueue(_METHOD, queue="long", names=names, enqueue_after_commit=True)


def poll_issues(names: list[str] | None = None, now: datetime | None = None) -> int:
    """Ask for the status of these issues, or of all that are due, as Administrator; how many were asked for. Commits after each."""
    asked, moment, began = 0, now or now_datetime(), monotonic()
    with acting_as():
        for name in names if names is not None else _due(moment, POLLED_AT_ONCE):
            if monotonic() - began > JOB_SECONDS:
                break
            asked += _poll(name, moment)
            frappe.db.commit()
    return asked


def _due(now: datetime, most: int) -> list[str]:
    issue, connector = frappe.qb.DocType(ISSUE), frappe.qb.DocType(CONNECTOR)
    query = (
        frappe.qb.from_(issue)
        .join(connector)
        .on(connector.name == issue.connector)
        .select(issue.name)
        .where((connector.enabled == 1) & (issue.is_done == 0) & (issue.issue_key != ""))
        .where(issue.checked_at.isnull() | (issue.checked_at <= now - POLL_AGAIN))
        .orderby(issue.checked_at)
        .orderby(issue.name)
    )
    return query.limit(most).run(pluck=True)


def _poll(name: str, now: datetime) -> bool:
    row = frappe.db.get_value(ISSUE, name, ("connector", "issue_key"), as_dict=True)
    if not row or not row.issue_key or not frappe.db.exists(CONNECTOR, row.connector):
        return False
    connector = frappe.get_doc(CONNECTOR, row.connector)
    if not cint(connector.enabled):
        return False
    turn = breaker.turn_of(connector.name, now)
    if turn.later:
        return False
    frappe.db.commit()  # nothing is locked while the system thinks
    values: dict[str, Any] = {"checked_at": now, "error": None}
    failed: ServiceError | None = None
    try:
        system, request = issue_settings.status_request(connector, row.issue_key)
        answer = call(system, request, CachedTokens())
        status = _value(connector.status_value_path, answer)
        done = _value(connector.done_path, answer) if connector.done_path else status
        values |= {"status": status, "is_done": int(done in issue_settings.done_values(connector))}
    except ServiceError as error:
        failed = error
    except Exception as fault:
        frappe.db.rollback()
        frappe.log_error(title="Status of an issue not read", message=way_of(fault))
        failed = ServiceError(FAULT, passing=False)
    frappe.db.commit()
    if failed:
        breaker.note_error(connector.name, failed, turn, now)
        values["error"] = reasons.of_message(failed.said)
    else:
        breaker.note_success(connector.name, now)
    writing.set_values(ISSUE, name, values, "status in another system")
    return True


def _value(path: str | None, answer: Answered) -> str:
    try:
        found = values_at(read_path(path or ""), answer.data)
    except Unusable as error:
        raise ServiceError(error.said, passing=False, status=answer.status) from None
    return text_value(found[0], 140) if found else ""
