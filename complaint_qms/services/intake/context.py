"""What stands beside a complaint: its customer, its batch's other complaints, the records linked to it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from pypika.terms import ValueWrapper

from complaint_qms.constants.settlement import SUBMITTABLE
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.integrations.erpnext.customer import customer_at_a_glance
from complaint_qms.integrations.erpnext.source_facts import product_facts
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.intake import similar
from complaint_qms.services.intake.merged_here import merged_here
from complaint_qms.services.lifecycle import merge_several
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.lifecycle.links import capas_of, investigations_of, settlements_of
from complaint_qms.services.lifecycle.overview import overview
from complaint_qms.services.record.bulk_read import gathered, readable
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.access import readable as readable_fields

_DOCUMENT = ("name", "docstatus", "grand_total", "currency", "status")
_NEIGHBOUR = ("name", "subject", "stage", "severity", "received_at", "customer", "batch_no")
# Where they stand beside the complaint → what they have in common with it
_NEIGHBOURS = {"batch": "batch_no", "item": "item_code", "customer": "customer"}
_CHOSEN = {"customer": "Customer", "item_code": "Item", "batch_no": "Batch", "serial_no": "Serial No"}
_MOST = 8


def around(doc: Document) -> dict[str, Any]:
    """What a form shows above and beside the fields of a complaint, from one look at what hangs on it: {overview, context}. Where the
    overview cannot be told it is None, and whoever asks for it alone is told why."""
    facts = seen = None
    with suppress(frappe.ValidationError), messages_dropped_on(frappe.ValidationError):
        facts = facts_of(doc)
        seen = overview(doc, facts)
    return {"overview": seen, "context": context(doc, facts=facts)}


def context(
    doc: Document, chosen: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Customer at a glance, neighbours by batch, item and customer, what was merged here, and linked records. Shows only what the user may
    read: each list goes through the user's own permissions.

    Args:
        doc: as it is stored; it is changed in memory by what is chosen.
        chosen: fields that hold something else on the form and are not saved yet; `filled` is what they answer of the others.
        facts: what the gates ask of `doc`, where the caller has it already.
    """
    filled = _choose(doc, chosen) if chosen else {}
    hangs = facts or {
        "investigations": investigations_of([doc.name])[doc.name],
        "capas": capas_of([doc.name])[doc.name],
        "settlements": settlements_of([doc.name])[doc.name],
    }
    return {
        **beside(doc),
        "filled": filled,
        "merged": merged_here(doc) if hangs.get("merged_here", True) else [],
        "may_merge": doc.stage in COMPLAINT_UNENDED and merge_several.is_open("triage", "duplicate"),
        "may_separate": merge_several.is_open("duplicate", "triage"),
        "linked": {
            "investigations": _readable("Investigation", hangs["investigations"]),
            "root_causes": _list(
                "Root Cause", {"complaint": doc.name}, ("name", "title", "status", "cause_type")
            )
            if hangs.get("causes", True)
            else [],
            "capas": _readable("CAPA", hangs["capas"]),
            "settlements": _readable("Complaint Settlement", hangs["settlements"]),
            "assessments": _list(
                "Reportability Assessment",
                {"complaint": doc.name},
                ("name", "jurisdiction", "status", "deadline"),
            )
            if hangs.get("assessments", True)
            else [],
            "documents": _documents(doc),
        },
    }


def beside(doc: Document) -> dict[str, Any]:
    """The same without linked records: what can be said of a complaint that is not saved yet as well."""
    others = similar.akin(doc)
    return {
        "customer": customer_at_a_glance(doc.customer, doc.company, permitted, gathered)
        if doc.customer
        else None,
        "past_complaints": _count({"customer": doc.customer}, doc) if doc.customer else None,
        "neighbours": {
            place: [{field: row.get(field) for field in _NEIGHBOUR} for row in others.get(key, ())[:_MOST]]
            for place, key in _NEIGHBOURS.items()
        },
        "similar": similar.most_alike(doc, others),
    }


def _choose(doc: Document, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Take over what is chosen and open to the user; the item of a batch or serial number that was chosen without one."""
    values = {
        field: value for field, value in chosen.items() if field in _CHOSEN and isinstance(value, str | None)
    }
    for field, value in values.items():
        doc.set(field, value if value and readable(_CHOSEN[field], [value]) else None)
    if doc.item_code or not (doc.batch_no or doc.serial_no):
        return {}
    doc.item_code = product_facts(doc).get("item_code")
    return {"item_code": doc.item_code} if doc.item_code else {}


def _count(filters: dict[str, Any], doc: Document) -> dict[str, int]:
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .select(complaint.stage, Count("*"))
        .where(complaint.name != (doc.name or ""))
    )
    for field, value in filters.items():
        query = query.where(complaint[field] == value)
    counts = dict(permitted(query).groupby(complaint.stage).run())
    return {"total": sum(counts.values()), "open": sum(counts.get(stage, 0) for stage in COMPLAINT_UNENDED)}


def _list(doctype: str, filters: dict[str, Any], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    if not frappe.has_permission(doctype, "read"):
        return []
    return frappe.get_list(doctype, filters=filters, fields=list(fields), order_by="name asc", limit=_MOST)


def _readable(doctype: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those of `rows` that the user's own list of them would hold."""
    open_to_user = readable(doctype, (row["name"] for row in rows))
    return [row for row in rows if row["name"] in open_to_user]


def _documents(doc: Document) -> list[dict[str, Any]]:
    queries = {}
    for doctype in SUBMITTABLE:
        if not frappe.has_permission(doctype, "read"):
            continue
        document = frappe.qb.DocType(doctype)
        shown = readable_fields(doctype, _DOCUMENT)
        drafted = (
            frappe.qb.from_(document)
            .select(
                *(document[field] if field in shown else ValueWrapper(None, field) for field in _DOCUMENT)
            )
            .where((document.complaint == doc.name) & (document.docstatus < 2))
            .orderby(document.name)
            .limit(_MOST)
        )
        queries[doctype] = permitted(drafted, doctype)
    return [{"doctype": doctype, **row} for doctype, rows in gathered(queries).items() for row in rows]
