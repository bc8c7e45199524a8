"""Records for the lists of work: many at once, as documents with the tables that gates and clocks read."""

from collections import defaultdict
from typing import Any

import frappe
from frappe.model.document import Document

from complaint_qms.constants.contributing import FIELD, ROWS
from complaint_qms.constants.regulatory_report import ELEMENT, REPORT
from complaint_qms.services.encryption.encrypted_values import decrypt_rows
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.overview import is_entered, is_supplied, next_moves, stands_still
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.work.timing import Viewer

Found = tuple[list[dict[str, Any]], bool]
"""Rows of one kind of work, and whether there are more than are shown."""

_TABLES = {
    "Complaint": {"checklist": "Complaint Checklist Item", "stage_log": "Complaint Stage Log"},
    "CAPA": {"actions": "CAPA Action", "root_causes": "CAPA Root Cause", FIELD: ROWS},
    "Investigation": {FIELD: ROWS},
    "Field Action": {FIELD: ROWS},
    REPORT: {"elements": ELEMENT},
    "Root Cause": {"whys": "Root Cause Why", "factors": "Root Cause Factor", FIELD: ROWS},
}


def documents_of(doctype: str, names: list[str]) -> list[Document]:
    """The records in the order of `names`; a query a table. Whether the user may read them is the caller's to ask."""
    if not names:
        return []
    tables = {
        field: _rows_of(doctype, field, table, names) for field, table in _TABLES.get(doctype, {}).items()
    }
    rows = frappe.get_all(doctype, filters={"name": ("in", names)}, fields=["*"], order_by="name asc")
    decrypt_rows(doctype, rows)
    found = {
        row.name: frappe.get_doc(
            {"doctype": doctype, **row} | {field: rows[row.name] for field, rows in tables.items()}
        )
        for row in rows
    }
    return [found[name] for name in names if name in found]


def complaints_of(names: set[str | None]) -> dict[str, Document]:
    """Those of the complaints that the user may read, by name."""
    allowed = sorted(readable("Complaint", names))
    return {doc.name: doc for doc in documents_of("Complaint", allowed)}


def row_of(
    kind: str, doc: Document, facts: dict[str, Any], viewer: Viewer
) -> tuple[dict[str, Any], dict[str, Any] | None, list[Document]]:
    """What a record asks for next: the row of the list, the viewer's move forward with what it lacks, and the steps that
    anybody may take from here.

    A step is offered where its dialog takes in all that it lacks. Else the row leads to the field on the form where it is entered;
    what somebody judges and stands still meanwhile is sent back; and it waits for what is entered nowhere on the record.
    """
    steps = guard.steps_from(doc)
    moves = next_moves(doc, [step for step in steps if step.allowed in viewer.roles], facts)
    forward = next((move for move in moves if move["kind"] == "forward"), None)
    missing = forward["missing"] if forward else []
    elsewhere = [item for item in missing if not is_supplied(doc, forward["kind"], item)]
    told = elsewhere or missing
    row = {
        "kind": kind,
        "doctype": doc.doctype,
        "name": doc.name,
        "stage": doc.stage,
        "action": forward["action"] if forward and not elsewhere else None,
        "missing": len(missing),
        "first_missing": told[0]["message"] if told else None,
        "field": next((item["field"] for item in told if item["field"]), None),
        "waits_for": None,
    }
    if elsewhere:
        row |= _other_way(doc, moves, elsewhere)
    return row, forward, steps


def about(doc: Document | None) -> dict[str, Any]:
    """What every row tells of its complaint."""
    if not doc:
        return {}
    return {
        "subject": doc.subject,
        "customer": doc.customer,
        "customer_name": doc.complainant_name,
        "product": doc.item_name or doc.item_code or doc.product_model,
    }


def _other_way(doc: Document, moves: list[dict[str, Any]], elsewhere: list[dict[str, Any]]) -> dict[str, Any]:
    """What a row says whose step lacks something that its dialog does not take in."""
    entered = next((item for item in elsewhere if is_entered(doc, item)), None)
    if entered:
        return {"first_missing": entered["message"], "field": entered["field"]}
    back = next((move for move in moves if move["kind"] == "back" and not move["blocked"]), None)
    if back and any(item["field"] and stands_still(doc, item["field"]) for item in elsewhere):
        return {"action": back["action"]}
    return {"waits_for": {"text": elsewhere[0]["message"]}}


def _rows_of(doctype: str, field: str, table: str, parents: list[str]) -> dict[str, list[dict[str, Any]]]:
    found = defaultdict(list)
    rows = frappe.get_all(
        table,
        filters={"parent": ("in", parents), "parenttype": doctype, "parentfield": field},
        fields=["*"],
        order_by="parent asc, idx asc",
    )
    for row in rows:
        found[row.parent].append(row)
    return found
