"""Collects what the gates ask about a record: its fields and the records linked to it, one query a kind."""

from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants import roles
from complaint_qms.constants.contributing import FIELD
from complaint_qms.constants.stages import COMPLAINT_EARLY, REVIEW, SOLVING
from complaint_qms.services.lifecycle.links import linked_facts
from complaint_qms.services.lifecycle.reliance import (
    capas_on_cause,
    complaints_on_capa,
    complaints_on_investigation,
    investigations_on_cause,
)
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.handler_log import handlers_of
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.signatures import given as signatures
from complaint_qms.services.sop.at_once import facts_of_early
from complaint_qms.services.sop.proofs import checklist_of


def facts_of(doc: Document, moving_to: str | None = None) -> dict[str, Any]:
    """Facts of `doc` as the gates of its DocType want them (see complaint_qms.engine.sop), which its controller knows.

    Args:
        moving_to: the stage or status that it takes in this save; what could change meanwhile is then read as it is this
            moment, and held.
    """
    return doc.facts_for_gates(moving_to)


def facts_of_complaints(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """Facts of many stored complaints at once, by name: as many queries as for one."""
    signatures.read_many(docs)
    linked = linked_facts(docs)
    judges = may(*roles.INVESTIGATION_JUDGES)
    at_once = facts_of_early([doc for doc in docs if _is_early(doc)])
    return {
        doc.name: record_facts(doc)
        | linked[doc.name]
        | {
            "checklist": checklist_of(doc, linked[doc.name]),
            "judges_investigation": judges,
            "answered_for": _answered_for(doc),
            "reopen_reason": _reopen_reason(doc),
            "at_once": at_once.get(doc.name),
        }
        for doc in docs
    }


def facts_of_investigations(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """Facts of many stored investigations at once, by name."""
    signatures.read_many(docs)
    causes = _causes([doc.name for doc in docs])
    return {doc.name: record_facts(doc) | {"root_causes": causes[doc.name]} for doc in docs}


def facts_of_capas(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """Facts of many stored CAPAs at once, by name."""
    signatures.read_many(docs)
    causes = {row.root_cause for doc in docs for row in doc.root_causes}
    status = values_of("Root Cause", causes, "status")
    return {doc.name: _capa_with_causes(doc, status) for doc in docs}


def facts_of_field_actions(docs: list[Document]) -> dict[str, dict[str, Any]]:
    """Facts of many stored field actions at once, by name."""
    signatures.read_many(docs)
    return {doc.name: record_facts(doc) for doc in docs}


def complaint_facts(doc: Document, moving_to: str | None) -> dict[str, Any]:
    """A complaint's own facts and those of what is linked to it."""
    if doc.is_new():
        return record_facts(doc)
    # What was read under a lock is truer than what this transaction saw first.
    facts = facts_of_complaints([doc])[doc.name] | (doc.flags.beside or {})
    if moving_to and doc.covered_by_investigation and doc.has_value_changed("covered_by_investigation"):
        # Whoever opens that one again cannot know yet that this complaint rests on it.
        held = lock_rows("Investigation", [doc.covered_by_investigation], "stage")
        facts["covering_stage"] = next((row.stage for row in held.values()), None)
    return facts


def investigation_facts(doc: Document, moving_to: str | None) -> dict[str, Any]:
    """An investigation's, with its causes and the complaints that were closed on it."""
    if doc.is_new():
        return record_facts(doc) | {"root_causes": []}
    facts = facts_of_investigations([doc])[doc.name]
    if doc.stage == "completed":
        rows = complaints_on_investigation(doc.name, ("closed",), held=bool(moving_to))
        facts["closed_on_it"] = [row.name for row in rows]
    return facts


def capa_facts(doc: Document, moving_to: str | None) -> dict[str, Any]:
    """A CAPA's, with its causes and actions and the complaints that were closed on it."""
    facts = _capa_with_causes(
        doc, values_of("Root Cause", (row.root_cause for row in doc.root_causes), "status")
    )
    named = [] if doc.is_new() else [row.complaint for row in doc.complaints]
    return facts | {"closed_on_it": complaints_on_capa(doc.name, named, held=moving_to == "void")}


def root_cause_facts(doc: Document, moving_to: str | None) -> dict[str, Any]:
    """A root cause's, with its whys and branches and what was closed on it."""
    facts = record_facts(doc)
    facts["whys"], facts["factors"] = list(doc.whys), list(doc.factors)
    if facts["stored"].get("status") == "verified":
        held = moving_to == "rejected"
        facts["closed_on_it"] = [row.name for row in capas_on_cause(doc.name, held) if row.stage == "closed"]
        facts["completed_on_it"] = investigations_on_cause(doc, held)
    return facts


def record_facts(doc: Document) -> dict[str, Any]:
    """What the gates of any record may ask: its fields, who acts, and how it was stored before."""
    facts = doc.get_valid_dict(ignore_virtual=True)
    before = doc.get_doc_before_save()
    # The gates ask from where the record comes, which is what is stored, not what was sent.
    facts["stage"] = before.get("stage") if before else doc.get("stage")
    facts["user"], facts["acting"] = frappe.session.user, acting()
    # Nobody gets round a gate by changing, in the same save, the names it asks for.
    facts["stored"] = before.as_dict() if before else {}
    if doc.meta.has_field(FIELD):
        # Those of this save included: the controller adds them before it asks.
        facts["contributors"] = [{"user": row.user, "part": row.part} for row in doc.get(FIELD)]
    return facts


def _causes(investigations: list[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in investigations}
    rows = frappe.get_all(
        "Root Cause",
        filters={"investigation": ("in", investigations), "status": ("!=", "rejected")},
        fields=["name", "status", "investigation"],
        order_by="name asc",
    )
    for row in rows:
        found[row.pop("investigation")].append(row)
    return found


def _capa_with_causes(doc: Document, status: dict[str, str]) -> dict[str, Any]:
    names = [row.root_cause for row in doc.root_causes]
    return record_facts(doc) | {
        "root_causes": [{"root_cause": name, "status": status.get(name)} for name in names],
        "actions": [row.as_dict() for row in doc.actions],
        "window_end": getdate(doc.window_end) if doc.window_end else None,
        "computed_on": getdate(doc.computed_at) if doc.computed_at else None,
        "today": getdate(),
    }


def _is_early(doc: Document) -> bool:
    """Whether it stood there before this save, which may have moved it by now."""
    return (doc.get_doc_before_save() or doc).stage in COMPLAINT_EARLY


def _reopen_reason(doc: Document) -> str | None:
    """The reason that this very save brings; that of an earlier time explains nothing now."""
    before = doc.get_doc_before_save()
    return doc.reopen_reason if before and before.reopen_reason != doc.reopen_reason else None


def _answered_for(doc: Document) -> list[str]:
    """Who sent a complaint to review, ever and in whosever name, and who was its handler since there was a solution."""
    before = doc.get_doc_before_save()
    people = {doc.complaint_owner, before.complaint_owner if before else None}
    for row in doc.stage_log:
        if row.stage == REVIEW:
            people |= {row.entered_by, row.entered_behind}
        if row.stage in SOLVING:
            people.update(handlers_of(row))
    return sorted(filter(None, people))
