"""What a connector needs to know that opens issues: how one is opened, found again, and asked for its status."""

from __future__ import annotations

from typing import Final

from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.connectors import OPEN_ISSUE
from complaint_qms.engine.connectors import (
    Request,
    Template,
    Unusable,
    check_headers,
    fields_in,
    read_path,
    rendered,
    template_of,
)
from complaint_qms.integrations.connectors.system import System
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services.connectors import settings
from complaint_qms.services.record.input_validation import refuse

_NEEDED: Final = (
    "issue_key_path",
    "status_path",
    "status_value_path",
    "find_path",
    "find_value_path",
    "issue_page",
)
_PATHS: Final = ("issue_key_path", "status_value_path", "find_value_path", "done_path")
_KNOWN: Final = {"status": ("issue_key",), "find": ("key",)}


def check_issues(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: it opens issues, and what that needs is missing or cannot be used.
    """
    if doc.purpose != OPEN_ISSUE:
        return
    said = _("{0}: enter it; no issue can be opened without.")
    wrong = [said.format(settings.connector_label(doc, field)) for field in _NEEDED if not doc.get(field)]
    for field in _PATHS:
        try:
            read_path(doc.get(field) or "$")
        except Unusable as error:
            wrong.append(f"{settings.connector_label(doc, field)}: {settings.said_of(error)}")
    for part in _KNOWN:
        try:
            _template(doc, part)
        except Unusable as error:
            wrong.append(settings.said_of(error))
    wrong += _wrong_page(doc)
    if (doc.issue_page or "") and not doc.issue_page.startswith("/"):
        wrong.append(_("{0}: begin with a slash.").format(settings.connector_label(doc, "issue_page")))
    if wrong:
        refuse(*wrong)


def search_request(doc: Document, values: dict[str, str]) -> Request:
    """Looks for an issue by our key.

    Raises:
        ServiceError: the connector was written past its checks.
    """
    return _request(doc, "find", values)


def status_request(doc: Document, issue_key: str) -> tuple[System, Request]:
    """Asks for the status of an issue.

    Raises:
        ServiceError: the connector was written past its checks, or the system calls the issue by a name that is no part of an address.
    """
    return settings.system_of(doc), _request(doc, "status", {"issue_key": issue_key})


def done_values(doc: Document) -> tuple[str, ...]:
    """What the system says of an issue that has ended."""
    return tuple(filter(None, (one.strip() for one in (doc.done_values or "").split(","))))


def _wrong_page(doc: Document) -> list[str]:
    page, label = doc.issue_page or "", settings.connector_label(doc, "issue_page")
    try:
        has_key = not page or "issue_key" in fields_in(page, _KNOWN["status"], label)
    except Unusable as error:
        return [settings.said_of(error)]
    said = _("{0}: name the issue by {1}, which stands for its key.")
    return [] if has_key else [said.format(label, "{{ issue_key }}")]


def _request(doc: Document, part: str, values: dict[str, str]) -> Request:
    try:
        request = rendered(_template(doc, part), values)
        check_headers(request.headers, settings.connector_label(doc, "headers"))
        return request
    except Unusable as error:
        raise ServiceError(error.said, passing=False) from None


def _template(doc: Document, part: str) -> Template:
    names = {"path": f"{part}_path", "query": f"{part}_query"}
    labels = {name: settings.connector_label(doc, field) for name, field in names.items()} | {
        "headers": "",
        "body": "",
    }
    path = doc.get(names["path"]) or "/"
    return template_of(
        "GET", path, doc.get(names["query"]) or "", doc.headers or "", "", _KNOWN[part], labels
    )
