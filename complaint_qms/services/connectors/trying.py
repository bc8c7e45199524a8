"""A connector is tried by who sets it up: what would be sent, what comes back, which facts are found in it. Nothing of it is kept but the log."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.connectors import (
    CALL,
    DONE,
    FAILED,
    LONGEST_SHOWN,
    MERGE_FIELDS,
    OPEN_ISSUE,
    PERSONAL,
    RECEIVE_FACTS,
    SEND_EVENTS,
    TEST,
)
from complaint_qms.engine.connectors import masked
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services.connectors import calls, telling
from complaint_qms.services.connectors.asking import SeenFacts, ask_system, prepare_request
from complaint_qms.services.connectors.subjects import merge_values, subject_named
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record.input_validation import refuse

_LONGEST_TEST: Final = 20
"""Seconds that a test may last, for which its request holds a process of the site."""


def try_connector(connector: Document, name: str) -> dict[str, Any]:
    """Ask the system about one record, or tell it of a test where it is told of events, and wait.

    Returns:
        {works, said, sent (secrets and personal data masked), values {merge field: value, masked}, status, seconds, facts [{label,
        value}], answer (its beginning)}

    Raises:
        frappe.ValidationError: there is no such record.
    """
    if connector.purpose == OPEN_ISSUE:
        refuse(
            _("A test would open an issue in {0}. Open one from an investigation or a CAPA.").format(
                escape_html(connector.title)
            )
        )
    if connector.purpose == RECEIVE_FACTS:
        refuse(
            _("{0} is asked for nothing: have it send a message, and look at {1}.").format(
                escape_html(connector.title), _(CALL)
            )
        )
    subject = None if connector.purpose == SEND_EVENTS else subject_named(connector.about, name)
    values = masked(merge_values(subject), PERSONAL) if subject else {}
    told: dict[str, Any] = {
        "works": False,
        "said": "",
        "sent": "",
        "values": {field: values.get(field) or "" for field in MERGE_FIELDS.get(connector.about, ())},
        "status": 0,
        "facts": [],
        "answer": "",
    }
    error, began = None, monotonic()
    try:
        if subject:
            prepared = prepare_request(connector, subject, _LONGEST_TEST)
        else:
            prepared = telling.prepare_event(connector, telling.test_message(), _LONGEST_TEST)
        told["sent"] = prepared.shown
        found = ask_system(connector, prepared) if subject else SeenFacts({}, telling.send_event(prepared))
    except ServiceError as failed:
        error = reasons.of_message(failed.said)
        told |= {"said": reasons.in_words(error), "status": failed.status}
    else:
        text = found.answer.content[: LONGEST_SHOWN * 4].decode("utf-8", "replace")[:LONGEST_SHOWN]
        facts = [{"label": label, "value": value} for label, value in found.facts.items()]
        told |= {"works": True, "status": found.answer.status, "facts": facts, "answer": text}
    told["seconds"] = round(monotonic() - began, 1)
    calls.log_call(
        {
            "connector": connector.name,
            "kind": TEST,
            "state": DONE if told["works"] else FAILED,
            "about": subject and subject.about,
            "attempts": 1,
            "error": error,
            "sent": told["sent"],
            "status": told["status"],
            "seconds": told["seconds"],
            **(subject.links if subject else {}),
        }
    )
    return told
