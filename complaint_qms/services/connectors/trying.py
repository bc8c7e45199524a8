"""A connector is tried by who sets it up: what would be sent, what comes back, which facts are found in it. Nothing of it is kept but the log."""

from __future__ import annotations

from time import monotonic
from typing import Any, Final

from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.connectors import (
    DONE,
    FAILED,
    LONGEST_SHOWN,
    MERGE_FIELDS,
    OPEN_ISSUE,
    PERSONAL,
    TEST,
)
from complaint_qms.engine.connectors import masked
from complaint_qms.integrations.messaging.inbound import ServiceError
from complaint_qms.services.connectors import calls
from complaint_qms.services.connectors.asking import ask_system, prepare_request
from complaint_qms.services.connectors.subjects import merge_values, subject_named
from complaint_qms.services.inbox import reasons
from complaint_qms.services.record.input_validation import refuse

_LONGEST_TEST: Final = 20
"""Seconds that a test may last, for which its request holds a process of the site."""


def try_connector(connector: Document, name: str) -> dict[str, Any]:
    """Ask the system about one record, and wait.

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
    subject = subject_named(connector.about, name)
    values = masked(merge_values(subject), PERSONAL)
    told: dict[str, Any] = {
        "works": False,
        "said": "",
        "sent": "",
        "values": {field: values.get(field) or "" for field in MERGE_FIELDS[connector.about]},
        "status": 0,
        "facts": [],
        "answer": "",
    }
    error, began = None, monotonic()
    try:
        prepared = prepare_request(connector, subject, _LONGEST_TEST)
        told["sent"] = prepared.shown
        found = ask_system(connector, prepared)
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
            "about": subject.about,
            "attempts": 1,
            "error": error,
            "sent": told["sent"],
            "status": told["status"],
            "seconds": told["seconds"],
            **subject.links,
        }
    )
    return told
