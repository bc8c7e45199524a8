"""Records from before get the list of who wrote them: from their owner, their fields and what versions there are."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
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
    """Fill the records whose list is empty, batch by batch; what is held grows with neither records nor versions."""
    for doctype in _SUBMITTED_BY:
        last = ""
        while names := _unfilled(doctype, last):
            _fill(doctype, names)
            last = names[-1]


def _unfilled(doctype: str, after: str) -> list[str]:
    """The next records without any contributor."""
    record, row = frappe.qb.DocType(doctype), frappe.qb.DocType(ROWS)
    return (
        frappe.qb.from_(record)
        .left_join(row)
        .on((row.parent == record.name) & (row.parenttype == doctype))
        .select(record.name)
        .where(row.name.isnull() & (record.name > after))
        .orderby(record.name)
        .limit(_BATCH)
    ).run(pluck=True)


def _fill(doctype: str, names: list[str]) -> None:
    first: dict[str, dict[tuple[str, str], datetime]] = {name: {} for name in names}
    for name, (user, part, since) in chain(_of_fields(doctype, names), _of_versions(doctype, names)):
        known = first[name].get((user, part))
        if user and (known is None or str(since) < str(known)):
            first[name][(user, part)] = since
    named = {user for found in first.values() for user, _part in found}
    users = set(frappe.get_all("User", {"name": ("in", sorted(named))}, pluck="name", order_by="name"))
    for name, found in first.items():
        kept = [(place, since) for place, since in found.items() if place[0] in users]
        for place, ((user, part), since) in enumerate(sorted(kept, key=lambda row: str(row[1])), 1):
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
    for row in _versions(doctype, names):
        change = _read(row.data)
        for field, old, new in (entry[:3] for entry in change.get("changed") or []):
            if field == answerable:
                yield row.docname, (old, ANSWERABLE, row.creation)
                yield row.docname, (new, ANSWERABLE, row.creation)
        if _fields_of(change) - aside:
            yield row.docname, (row.owner, EDITED, row.creation)


def _versions(doctype: str, names: list[str]) -> Iterator[frappe._dict]:
    """Versions of these records, page by page: each holds a whole change."""
    last = ""
    filters = {"ref_doctype": doctype, "docname": ("in", names)}
    fields = ["name", "docname", "owner", "creation", "data"]
    while rows := frappe.get_all(
        "Version", {**filters, "name": (">", last)}, fields, order_by="name asc", limit_page_length=_BATCH
    ):
        yield from rows
        last = rows[-1].name


def _fields_of(change: dict[str, Any]) -> set[str]:
    rows = (*(change.get("added") or []), *(change.get("removed") or []), *(change.get("row_changed") or []))
    return {entry[0] for entry in (*(change.get("changed") or []), *rows)}


def _read(data: str | None) -> dict[str, Any]:
    try:
        found = json.loads(data or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
