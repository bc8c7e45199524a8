"""What happens here is told to systems that want to know: a row for each, written with what happened, and sent by the job that calls
systems, so that none is lost, an unwilling receiver is asked again, and what is given up waits for a person. They are told ids, never
names or words: who may know more asks over REST."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final
from zoneinfo import ZoneInfo

import frappe
from frappe.model.document import Document
from frappe.utils import get_system_timezone, get_url_to_form, now_datetime

from complaint_qms.constants.connectors import (
    CALL,
    EVENT_KEY,
    EVENT_SENT,
    EVENT_TEST,
    SENT_EVENTS,
    WAITING,
)
from complaint_qms.engine.connectors import Unusable, rendered
from complaint_qms.integrations.connectors.calling import Answered, call, source_address
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services import writing
from complaint_qms.services.acting_as import SITE
from complaint_qms.services.connectors import settings, signed_settings
from complaint_qms.services.connectors.asking import Prepared
from complaint_qms.services.events import Event
from complaint_qms.services.record.service_tokens import CachedTokens

JOB: Final = "complaint_qms.services.connectors.calls.call_due"
JOB_ID: Final = "complaint_qms_connectors"
_JSON: Final = "application/json; charset=utf-8"
_LINKS: Final = {
    "Complaint": "complaint",
    "Investigation": "investigation",
    "CAPA": "capa",
    "Complaint Settlement": "settlement",
    "Field Action": "field_action",
    "Quality Hold": "quality_hold",
}
"""DocType → field of a call by which it is seen only by who may see the record."""


def of_events(happened: list[Event]) -> None:
    """Listens in the transaction. Whole files of complaints that are imported are told to nobody."""
    event_receivers = signed_settings.event_receivers()
    wanted = [
        one for one in happened if EVENT_KEY + one.kind in event_receivers and not one.data.get("by_import")
    ]
    if not wanted:
        return
    companies = _companies(wanted)
    rows = [
        (one, connector, companies.get((one.doctype, one.name), ""))
        for one in wanted
        for connector, company in event_receivers[EVENT_KEY + one.kind]
        if not company or company == companies.get((one.doctype, one.name))
    ]
    if rows:
        _write(rows)
        frappe.enqueue(JOB, queue="long", job_id=JOB_ID, deduplicate=True, enqueue_after_commit=True)


def prepare_event(connector: Document, message: str, most_seconds: int = 25) -> Prepared:
    """Args:
        message: what is sent, as it was written with what happened.

    Raises:
        ServiceError: the connector was written past its checks.
    """
    system = settings.system_of(connector, most_seconds)
    try:
        request = rendered(settings.template_from(connector), {})
    except Unusable as error:
        raise ServiceError(error.said, passing=False) from None
    headers = {**request.headers, "Content-Type": _JSON}
    request = replace(request, headers=headers, body=message.encode())
    lines = [f"{request.method} {system.base_url}{request.target}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return Prepared(system, request, "\n".join([*lines, "", message]), source_address(system, request))


def send_event(prepared: Prepared) -> Answered:
    """Raises:
    ServiceError: see integrations.connectors.calling.call.
    """
    return call(prepared.system, prepared.request, CachedTokens(), reads=False)


def test_message() -> str:
    """What a system is sent to try it."""
    return _message(frappe.generate_hash(length=10), EVENT_TEST, now_datetime(), {})


def _message(name: str, kind: str, at: datetime, more: Mapping[str, Any]) -> str:
    zone = ZoneInfo(get_system_timezone())
    values = {
        "id": name,
        "event": kind.removeprefix(EVENT_KEY),
        "happened_at": _as_text(at, zone),
    }
    return json.dumps(values | more, ensure_ascii=False, default=partial(_as_text, zone=zone))


def _as_text(value: Any, zone: ZoneInfo) -> str:
    """Moments as ISO 8601 (RFC 3339) with what they are ahead of UTC."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).isoformat()
    return str(value)


def _companies(happened: Iterable[Event]) -> dict[tuple[str, str], str]:
    names: dict[str, set[str]] = defaultdict(set)
    for one in happened:
        names[one.doctype].add(one.name)
    return {
        (doctype, row.name): row.company or ""
        for doctype, some in names.items()
        if frappe.get_meta(doctype).has_field("company")
        for row in frappe.get_all(doctype, {"name": ("in", list(some))}, ["name", "company"], order_by="name asc", limit=0)
    }  # fmt: skip


def _write(rows: list[tuple[Event, str, str]]) -> None:
    now = now_datetime()
    names, told = [], []
    for place, (one, connector, company) in enumerate(rows):
        name, kind = frappe.generate_hash(length=10), EVENT_KEY + one.kind
        data = {key: one.data[key] for key in SENT_EVENTS[kind] if one.data.get(key) is not None}
        about = {"doctype": one.doctype, "name": one.name, "company": company, "data": data}
        link = {"link": get_url_to_form(one.doctype, one.name)}
        names.append(name)
        # A little apart, so that they go out in the order in which they happened.
        due = now + timedelta(microseconds=place)
        told.append(
            {
                "connector": connector,
                "kind": EVENT_SENT,
                "state": WAITING,
                "user": one.by,
                "attempts": 0,
                "next_attempt": due,
                "event": kind,
                "company": company or None,
                "document_type": one.doctype,
                "document_name": one.name,
                "message": _message(name, kind, one.at, about | link),
                **_links(one),
            }
        )
    writing.insert_rows(CALL, told, now, SITE, "event told to a system", names)


def _links(event: Event) -> dict[str, str | None]:
    """Fields of the call that name what happened to which record, and to whose complaint."""
    links = {field: event.name if doctype == event.doctype else None for doctype, field in _LINKS.items()}
    return links | {"complaint": links["complaint"] or event.data.get("complaint")}
