"""Records from before get the list of who wrote them: from their owner, their fields and what versions there are."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import frappe

from complaint_qms.constants.contributing import (
    ANSWERABLE,
    ANSWERABLE_FIELD,
    CREATED,
    EDITED,
    FIELD,
    NOT_REVIEWED,
    ROWS,
    SUBMITTED,
)
from complaint_qms.services.compliance.contributors import STAMPS

_SUBMITTED_BY = {
    "Investigation": ("submitted_by",),
    "Root Cause": ("content_by",),
    "CAPA": ("submitted_by",),
    "Complaint Settlement": ("proposed_by",),
}
_BATCH = 500
Part = tuple[str, str, datetime]


def execute() -> None:
    """Fill the records whose list is empty; versions are read in batches."""
    users = set(frappe.get_all("User", pluck="name", order_by="name"))
    for doctype in _SUBMITTED_BY:
        done = set(frappe.get_all(ROWS, {"parenttype": doctype}, pluck="parent", order_by="parent"))
        names = [name for name in frappe.get_all(doctype, pluck="name", order_by="name") if name not in done]
        for start in range(0, len(names), _BATCH):
            _fill(doctype, names[start : start + _BATCH], users)


def _fill(doctype: str, names: list[str], users: set[str]) -> None:
    parts: dict[str, list[Part]] = {name: [] for name in names}
    for name, part in (*_of_fields(doctype, names), *_of_versions(doctype, names)):
        parts[name].append(part)
    for name, found in parts.items():
        first: dict[tuple[str, str], datetime] = {}
        for user, part, since in sorted(found, key=lambda row: str(row[2])):
            if user in users:
                first.setdefault((user, part), since)
        for place, ((user, part), since) in enumerate(first.items(), 1):
            row = {"parent": name, "parenttype": doctype, "parentfield": FIELD, "idx": place}
            row |= {"doctype": ROWS, "user": user, "part": part, "since": since}
            frappe.get_doc(row).db_insert()


def _of_fields(doctype: str, names: list[str]) -> Iterator[tuple[str, Part]]:
    answerable = ANSWERABLE_FIELD.get(doctype)
    fields = ["name", "owner", "creation", *_SUBMITTED_BY[doctype], *([answerable] if answerable else [])]
    for row in frappe.get_all(doctype, {"name": ("in", names)}, fields, order_by="name"):
        yield row.name, (row.owner, CREATED, row.creation)
        for field in _SUBMITTED_BY[doctype]:
            yield row.name, (row[field], SUBMITTED, row.creation)
        if answerable:
            yield row.name, (row[answerable], ANSWERABLE, row.creation)
    if doctype == "CAPA":
        for row in frappe.get_all(
            "CAPA Action", {"parent": ("in", names)}, ["parent", "action_owner", "creation"], order_by="name"
        ):
            yield row.parent, (row.action_owner, ANSWERABLE, row.creation)


def _of_versions(doctype: str, names: list[str]) -> Iterator[tuple[str, Part]]:
    answerable = ANSWERABLE_FIELD.get(doctype)
    aside = {"stage", "workflow_state", FIELD, answerable, "docstatus"}
    aside |= {*NOT_REVIEWED.get(doctype, ()), *STAMPS.get(doctype, ()), *_SUBMITTED_BY[doctype]}
    for row in frappe.get_all(
        "Version",
        {"ref_doctype": doctype, "docname": ("in", names)},
        ["docname", "owner", "creation", "data"],
        order_by="creation",
    ):
        change = _read(row.data)
        for field, old, new in (entry[:3] for entry in change.get("changed") or []):
            if field == answerable:
                yield row.docname, (old, ANSWERABLE, row.creation)
                yield row.docname, (new, ANSWERABLE, row.creation)
        if _fields_of(change) - aside:
            yield row.docname, (row.owner, EDITED, row.creation)


def _fields_of(change: dict[str, Any]) -> set[str]:
    rows = (*(change.get("added") or []), *(change.get("removed") or []), *(change.get("row_changed") or []))
    return {entry[0] for entry in (*(change.get("changed") or []), *rows)}


def _read(data: str | None) -> dict[str, Any]:
    try:
        found = json.loads(data or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
