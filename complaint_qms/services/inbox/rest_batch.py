"""Many complaints in one request: each by itself, so that one that is refused holds up none of the others.

All of it is one transaction: a caller who got no answer sends the same again, and gets the same records by their keys.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.inbox import TAKEN
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.inbox import reasons, rest
from complaint_qms.services.inbox.store import InboundMessage, unique_key
from complaint_qms.services.intake import register
from complaint_qms.services.record.error_text import said, way_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.transactions import roll_back_to

MOST: Final = 100
MOST_BYTES: Final = 2_000_000
_MARK: Final = "entry"
_REFUSALS: Final = (frappe.ValidationError, frappe.PermissionError, frappe.DoesNotExistError)

Result = dict[str, Any]
"""{index, idempotency_key, name, stage, workflow_state}, or with `error` in place of the last three."""


def register_batch(entries: list[Any]) -> list[Result]:
    """Register each entry; what became of it, in the order of the entries.

    Args:
        entries: fields of Complaint by name, each with an `idempotency_key`.

    Raises:
        frappe.ValidationError: there are none, too many, or too much; nothing was registered.
        frappe.QueryDeadlockError: the transaction was given up for others; nothing was registered.
    """
    _check_size(entries)
    messages = [rest.message_of(entry) if isinstance(entry, dict) else None for entry in entries]
    before = rest.items_of([message for message in messages if message and message.message_id])
    results, done = [], []
    for index, (entry, message) in enumerate(zip(entries, messages, strict=True)):
        known = before.get(unique_key(message)) if message and message.message_id else None
        result = _one(entry, message, known)
        if known and "name" in result and known.state not in TAKEN:
            done.append((known, result["name"]))
        results.append({"index": index, **result})
    rest.settle(done)
    return results


def _check_size(entries: list[Any]) -> None:
    if not entries:
        refuse(_("Send at least one complaint in “data”."))
    if len(entries) > MOST:
        refuse(
            _(
                "“data” holds {0} complaints; one request takes {1} at most. Send the rest in another one."
            ).format(len(entries), MOST)
        )
    size = len(json.dumps(entries, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        refuse(
            _("“data” holds {0} bytes; one request takes {1} at most. Send it in several.").format(
                size, MOST_BYTES
            )
        )


def _one(entry: Any, message: InboundMessage | None, known: Mapping[str, Any] | None) -> Result:
    if message is None:
        return {
            "idempotency_key": None,
            "error": _error(
                entry, frappe.ValidationError(_("Send the fields of the complaint as an object."))
            ),
        }
    key = {"idempotency_key": entry.get("idempotency_key")}
    frappe.db.savepoint(_MARK)
    try:
        with messages_dropped_on(*_REFUSALS):
            doc = _registered(entry, known)
    except _REFUSALS as error:
        roll_back_to(_MARK)
        if isinstance(error, frappe.ValidationError):
            _keep(message, error)
        return {**key, "error": _error(entry, error)}
    return {**key, "name": doc.name, "stage": doc.stage, "workflow_state": doc.workflow_state}


def _registered(entry: dict[str, Any], known: Mapping[str, Any] | None) -> Document:
    if "idempotency_key" not in entry:
        refuse(
            _(
                "“idempotency_key” is missing. Give each complaint of a request a key of its own, so that it can be sent again."
            )
        )
    return (known and rest.decided_by_person(known)) or register.register(entry)


def _keep(message: InboundMessage, error: frappe.ValidationError) -> None:
    """Keep an entry that was refused; its sender has it still, so one that cannot be kept holds up none of the others."""
    try:
        rest.keep_refused(message, reasons.of_error(error))
    except (frappe.QueryDeadlockError, frappe.QueryTimeoutError):
        raise  # the others' are gone as well
    except Exception as fault:
        roll_back_to(_MARK)
        frappe.log_error(title="Refused request not kept", message=way_of(fault))


def _error(entry: Any, error: Exception) -> dict[str, Any]:
    """{type, messages: in the caller's language, fields: those that the messages name, as far as they are known}."""
    told = error.args[0] if error.args else ""
    parts = told if isinstance(told, list | tuple) else [told]
    messages = [said(frappe.ValidationError(part)) for part in parts]
    return {"type": type(error).__name__, "messages": messages, "fields": _fields(entry, error, messages)}


def _fields(entry: Any, error: Exception, messages: list[str]) -> list[str]:
    if isinstance(error, frappe.MandatoryError):
        return reasons.missing_fields(error)
    meta, sent = frappe.get_meta("Complaint"), entry if isinstance(entry, dict) else {}
    named = []
    for name in sent:
        field = meta.get_field(name)
        label = _(field.label, context="Complaint") if field and field.label else name
        if any(
            message.startswith(f"{label}:")
            or f"{label}: {sent[name]}" in message
            or f"“{name}”" in message
            or f" {name}" in message
            for message in messages
        ):
            named.append(name)
    return named
