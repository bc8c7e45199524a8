"""What the desk is told with a form, without the attachments, messages and old values that the user may not read.

The framework lists every File of a record with its address to whoever reads the record, each version of it and each mail about it, and with a customer or contact
every mail about any of their records. Each function stands in for one of the framework's
(`override_whitelisted_methods`) and answers like it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any, Final

import frappe
from frappe.desk.form import load, save

from complaint_qms.api.arguments import check_doctype, checked
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import personal_data
from complaint_qms.permissions.query import hidden
from complaint_qms.services.evidence.kept_files import open_among

_TALK: Final = ("communications", "automated_messages")


@frappe.whitelist()
def getdoc(doctype: str, name: str | int) -> Any:
    """A record for its form."""
    answer = load.getdoc(doctype, name)
    _leave_out_closed()
    return answer


@frappe.whitelist()
def get_docinfo(doc: Any = None, doctype: str | None = None, name: str | int | None = None) -> None:
    """What stands beside a form."""
    load.get_docinfo(doc, doctype, name)
    _leave_out_closed()


@frappe.whitelist(methods=["POST", "PUT"])
def savedocs(doc: str, action: str) -> None:
    """Save or submit a form; both are told with it again."""
    save.savedocs(doc, action)
    _leave_out_closed()


@frappe.whitelist(methods=["POST", "PUT"])
def cancel(
    doctype: str | None = None,
    name: str | int | None = None,
    workflow_state_fieldname: str | None = None,
    workflow_state: str | None = None,
) -> None:
    """Cancel a record from its form."""
    save.cancel(doctype, name, workflow_state_fieldname, workflow_state)
    _leave_out_closed()


@frappe.whitelist()
@checked
def get_communications(
    doctype: str, name: str | int, start: int = 0, limit: int = 20
) -> list[dict[str, Any]]:
    """Older messages of a form."""
    check_doctype(doctype)
    found = load.get_communications(doctype, name, start, limit)
    is_closed = doctype in QUALITY_RECORDS and personal_data.hides_talk(doctype, frappe.session.user)
    return [] if is_closed else _open_talk(found)


def _leave_out_closed() -> None:
    told = frappe.response.get("docinfo")
    if not told:
        return
    if told.get("attachments"):
        told["attachments"] = open_among(told["attachments"], frappe.session.user)
    doctype = told.get("doctype")
    if doctype in QUALITY_RECORDS and personal_data.hides_talk(doctype, frappe.session.user):
        told.update({part: [] for part in _TALK if part in told})
    told.update({part: _open_talk(told[part]) for part in _TALK if told.get(part)})
    if told.get("versions") and (closed := personal_data.hidden_fields(doctype)):
        told["versions"] = [{**row, "data": _without(row["data"], closed)} for row in told["versions"]]


def _without(data: str | None, closed: frozenset[str]) -> str:
    """A version's changes without those of some fields."""
    changes = json.loads(data or "{}")
    changes["changed"] = [one for one in changes.get("changed") or () if one[0] not in closed]
    return json.dumps(changes)


def _open_talk(messages: list[Any]) -> list[Any]:
    """Those of the messages that are about no quality record which the user may not see, or whose mails they may not read; one query for
    each kind of record."""
    about: dict[str, set[str]] = defaultdict(set)
    for message in messages:
        if message.get("reference_doctype") in QUALITY_RECORDS:
            about[message["reference_doctype"]].add(message.get("reference_name"))
    user = frappe.session.user
    closed = {kind for kind in about if personal_data.hides_talk(kind, user)}
    away = {(kind, name) for kind, names in about.items() for name in hidden(kind, names, user)}
    return [
        one
        for one in messages
        if one.get("reference_doctype") not in closed
        and (one.get("reference_doctype"), one.get("reference_name")) not in away
    ]
