"""Records as they are stored, many at once, in the form of the trail; and the first entries of those that have none yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import frappe
from frappe.query_builder import Order
from pypika.terms import ExistsCriterion

from complaint_qms.constants import audit
from complaint_qms.constants.audit import ENTRY, RECORDED
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.engine.audit_replay import Fields
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.compliance.audit_trail.recording import file_entries
from complaint_qms.services.compliance.audit_trail.values import Shape, shape_of, whole
from complaint_qms.services.encryption.encrypted_values import decrypt_rows
from complaint_qms.services.record.stored_values import stored

AT_ONCE: Final = 500
WHOLE: Final = (*audit.FIRST, audit.RENAME)
"""Kinds of entries that hold all of a record."""


class Stored(NamedTuple):
    """Values of a record as they are stored, and those of its rows by table and name."""

    fields: Fields
    rows: dict[str, dict[str, Fields]]


def read_stored(doctype: str, names: Iterable[str]) -> dict[str, Stored]:
    """Records by name, one query for them and one for each of their tables."""
    shape, wanted = shape_of(doctype), sorted(names)
    found = {
        name: Stored({field: stored(kind, row.get(field)) for field, kind in shape.kinds.items()}, {})
        for name, row in _raw(doctype, shape, wanted).items()
    }
    for table, row_type in shape.tables.items():
        of_row = shape_of(row_type)
        for row in _raw_rows(doctype, table, row_type, of_row, wanted):
            if row.parent in found:
                values = {field: stored(kind, row.get(field)) for field, kind in of_row.kinds.items()}
                found[row.parent].rows.setdefault(table, {})[row.name] = values
    return found


def begin_trail() -> int:
    """An entry for each record and file that the trail knows nothing of: once, when the trail begins; how many."""
    begun = 0
    for doctype in sorted(RECORDED):
        last = ""
        while names := without_entry(doctype, AT_ONCE, last):
            write_entries(_baselines(doctype, names))
            begun += len(names)
            last = names[-1]
    return begun + _take_over_files()


def without_entry(doctype: str, most: int, after: str = "") -> list[str]:
    """Records of a DocType that no entry tells as a whole, which every later one builds upon; those behind the name `after`."""
    entry = frappe.qb.DocType(ENTRY)
    if frappe.get_meta(doctype).issingle:
        singles = frappe.qb.Table("tabSingles")
        whole_ones = {"document_type": doctype, "kind": ("in", WHOLE)}
        known = frappe.get_all(ENTRY, whole_ones, pluck="name", order_by="name asc", limit=1)
        saved = (
            frappe.qb.from_(singles).select(singles.field).where(singles.doctype == doctype).limit(1).run()
        )
        return [doctype] if saved and not known and not after else []
    table = frappe.qb.DocType(doctype)
    told = frappe.qb.from_(entry).select(1)
    told = told.where((entry.document_type == doctype) & (entry.document_name == table.name))
    told = told.where(entry.kind.isin(WHOLE))
    query = (
        frappe.qb.from_(table).select(table.name).where(ExistsCriterion(told).negate() & (table.name > after))
    )
    return query.orderby(table.name, order=Order.asc).limit(most).run(pluck=True)


def _baselines(doctype: str, names: list[str]) -> Iterator[NewEntry]:
    shape = shape_of(doctype)
    rows: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
    for table, row_type in shape.tables.items():
        for row in _raw_rows(doctype, table, row_type, shape_of(row_type), names):
            rows[row.parent][table].append(row)
    for name, values in _raw(doctype, shape, names).items():
        apart = Apart()
        detail: dict[str, Any] = {"new": whole(shape, values.get, apart)}
        if name in rows:
            detail["rows"] = {
                table: {"+": {row.name: whole(shape_of(shape.tables[table]), row.get, apart) for row in some}}
                for table, some in rows[name].items()
            }
        yield NewEntry(audit.BASELINE, doctype, name, detail, apart)


def _take_over_files() -> int:
    last, begun = "", 0
    known = set(frappe.get_all(ENTRY, {"kind": audit.WITH_FILE}, pluck="detail", order_by="name asc"))
    fields = ["name", *sorted(audit.AT_FILES)]
    if known or not frappe.get_meta(audit.FILE).has_field("evidence_sha256"):
        return 0
    while rows := frappe.get_all(audit.FILE, {"evidence_sha256": ("is", "set"), "name": (">", last)}, fields, order_by="name asc", limit=AT_ONCE):  # fmt: skip
        last = rows[-1].name
        write_entries(file_entries(rows))
        begun += len(rows)
    return begun


def _raw(doctype: str, shape: Shape, names: list[str]) -> dict[str, Any]:
    if frappe.get_meta(doctype).issingle:
        return {doctype: frappe.get_doc(doctype).as_dict()} if doctype in names else {}
    rows = frappe.get_all(doctype, {"name": ("in", names)}, ["name", *shape.kinds], order_by="name asc")
    decrypt_rows(doctype, rows)
    return {row.name: row for row in rows}


def _raw_rows(doctype: str, table: str, row_type: str, of_row: Shape, names: list[str]) -> list[Any]:
    within = {"parenttype": doctype, "parentfield": table, "parent": ("in", names)}
    return frappe.get_all(row_type, within, ["name", "parent", *of_row.kinds], order_by="idx asc, name asc")
