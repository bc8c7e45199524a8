"""Outside systems over the wire: facts of them beside a record, asked for anew, a connector that is tried."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.api.arguments import checked, read_names
from complaint_qms.api.rate_limits import count_call
from complaint_qms.constants.connectors import CALL, CALLS_AN_HOUR, CONNECTOR, FACT, FORMS, ISSUE
from complaint_qms.services.connectors import calls, facts, issues, settings, signed_settings, trying
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.trace.report import check_may_trace

_DOOR: Final = "connectors"
_WITH_ISSUES: Final = ("Investigation", "CAPA")


@frappe.whitelist(methods=["GET", "POST"])
@checked
def outside_facts(doctype: str, name: str) -> dict[str, Any]:
    """What outside systems said last about a complaint or an investigation, its item and its batch.

    Args:
        doctype: "Complaint" or "Investigation".

    Returns:
        {facts: see services.connectors.facts.facts_beside, waiting: calls under way, failed: [{call, connector, error}], can_ask:
        whether the user may have them asked anew}
    """
    doc = _record(doctype, name, "read")
    if not frappe.has_permission(FACT, "read"):
        return {"facts": [], "waiting": 0, "failed": [], "can_ask": False}
    can_ask = bool(facts.has_connectors(doc)) and frappe.has_permission(doctype, "write", doc=doc)
    return {"facts": facts.facts_beside(doc), **facts.pending(doc), "can_ask": can_ask}


@frappe.whitelist(methods=["GET", "POST"])
@checked
def facts_of_batch(batch: str) -> list[dict[str, Any]]:
    """What outside systems said last about a batch and its item, for who may ask for its genealogy; as `facts` above."""
    check_may_trace()
    frappe.has_permission(FACT, "read", throw=True)
    return facts.facts_of_lot(batch)


@frappe.whitelist(methods=["POST"])
@checked
def refresh(doctype: str, name: str) -> int:
    """Have outside systems asked anew by a job: how many calls are under way."""
    doc = _record(doctype, name, "write")
    count_call(_DOOR, frappe.session.user, CALLS_AN_HOUR)
    return calls.request_facts(doc)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def outside_issues(doctype: str, name: str) -> dict[str, Any]:
    """Issues in other systems of an investigation or a CAPA.

    Returns:
        {issues: see services.connectors.issues.issues_of, waiting, failed: [{call, connector, error}], connectors: those by which the
        user may open one: [{name, about}]}
    """
    doc = _record(doctype, name, "read", _WITH_ISSUES)
    if not frappe.has_permission(ISSUE, "read"):
        return {"issues": [], "waiting": 0, "failed": [], "connectors": []}
    found = issues.issues_of(doc)
    offered = issues.opening_connectors(doc) if frappe.has_permission(doctype, "write", doc=doc) else []
    return {"issues": found, **calls.issue_calls(found), "connectors": offered}


@frappe.whitelist(methods=["POST"])
@checked
def open_issue(doctype: str, name: str, connector: str, action: str = "") -> str:
    """Have an issue opened in another system by a job, once for a record; name of the QMS Outside Issue.

    Args:
        doctype: "Investigation" or "CAPA".
        action: of a CAPA: name of the action's row.
    """
    doc = _record(doctype, name, "write", _WITH_ISSUES)
    frappe.has_permission(ISSUE, "read", throw=True)
    count_call(_DOOR, frappe.session.user, CALLS_AN_HOUR)
    return calls.request_issue(frappe.get_doc(CONNECTOR, connector), doc, action).name


@frappe.whitelist(methods=["POST"])
@checked
def refresh_issues(doctype: str, name: str) -> None:
    """Have the status of a record's issues asked for by a job now."""
    doc = _record(doctype, name, "read", _WITH_ISSUES)
    frappe.has_permission(ISSUE, "read", throw=True)
    count_call(_DOOR, frappe.session.user, CALLS_AN_HOUR)
    issues.request_polling(doc)


@frappe.whitelist(methods=["POST"])
@checked
def try_again(calls_given_up: str | list) -> int:
    """Have calls made once more that were given up: how many.

    Args:
        calls_given_up: names of QMS Connector Call.
    """
    frappe.has_permission(CALL, "write", throw=True)
    names = read_names("calls_given_up", calls_given_up)
    allowed = frappe.get_list(CALL, {"name": ("in", names)}, pluck="name", limit=len(names))
    return calls.try_again(allowed)


@frappe.whitelist(methods=["POST"])
@checked
def test(connector: str, name: str) -> dict[str, Any]:
    """Ask a system about one record and wait: see services.connectors.trying.try_connector.

    Args:
        name: of an item, batch, complaint or investigation, as the connector is about; empty where it is told of events.
    """
    doc = _connector(connector)
    count_call(f"{_DOOR}_test", frappe.session.user, CALLS_AN_HOUR)
    return trying.try_connector(doc, name)


@frappe.whitelist(methods=["POST"])
@checked
def new_secret(connector: str) -> dict[str, Any]:
    """Choose a new secret for a system that sends facts, told this once: {secret, former_until: until when the former one counts}."""
    return signed_settings.renew_secret(_connector(connector))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def profile(name: str) -> dict[str, Any]:
    """Fields of a connector for a kind of system: "plm", "mes", "kingdee", "yonyou", "jira" or "generic_rest"."""
    frappe.has_permission(CONNECTOR, "create", throw=True)
    return settings.profile_values(name)


def _record(doctype: str, name: str, right: str, kinds: tuple[str, ...] = tuple(FORMS)) -> Document:
    if doctype not in kinds:
        refuse(
            _("“{0}” has to be one of {1}, not “{2}”.").format(
                "doctype", ", ".join(kinds), frappe.utils.escape_html(doctype[:60])
            )
        )
    doc = frappe.get_doc(doctype, name)
    doc.check_permission(right)
    return doc


def _connector(name: str) -> Document:
    frappe.has_permission(CONNECTOR, "write", throw=True)
    doc = frappe.get_doc(CONNECTOR, name)
    doc.check_permission("write")
    return doc
