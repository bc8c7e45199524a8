"""Which records belong to the file of a complaint, and what they hold, as far as the session's user may read it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import frappe
from frappe import _
from frappe.model import no_value_fields, table_fields
from frappe.model.document import BaseDocument, Document

from complaint_qms.constants.case_file import KINDS, MOST_RECORDS, SECRETS, WAYS
from complaint_qms.constants.records import Names
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.reporting.access import can_read, readable_of

_OF_RECORDS: Final = ("owner", "creation", "modified", "modified_by", "docstatus")
_NO_VALUES: Final = {*no_value_fields, *table_fields, "Password"}


@dataclass
class CaseRecords:
    """Attributes:
    subject: the complaint.
    names: DocType → names of the records that belong to the file, the complaint among them.
    closed: DocTypes whose records the reader may not read at all.
    """

    subject: Document
    names: dict[str, list[str]] = field(default_factory=dict)
    closed: list[str] = field(default_factory=list)

    @classmethod
    def of_complaint(cls, name: str) -> CaseRecords:
        """Everything that names the complaint, or names what names it. A query for each kind of record and way, twice or three times.

        Raises:
            frappe.PermissionError: the session's user may not read the complaint.
            frappe.ValidationError: there are too many for one file.
        """
        doc = frappe.get_doc("Complaint", name)
        doc.check_permission("read")
        found = cls(doc, {"Complaint": [doc.name]})
        found.closed = [kind for kind in KINDS if kind in WAYS and not can_read(kind)]
        fresh: dict[str, set[str]] = {"Complaint": {doc.name}}
        while fresh:
            fresh = found._next(fresh)
            for kind, names in fresh.items():
                found.names[kind] = sorted({*found.names.get(kind, ()), *names})
            if sum(map(len, found.names.values())) > MOST_RECORDS:
                refuse(_("More than {0} records belong to this complaint, which is too much for one file.").format(MOST_RECORDS))  # fmt: skip
        return found

    def pairs(self) -> list[tuple[str, str]]:
        """(DocType, name) in the order of their kinds."""
        return [(kind, name) for kind in KINDS for name in self.names.get(kind, ())]

    def documents(self, kinds: tuple[str, ...] = KINDS) -> Iterator[Document]:
        """Those of some kinds, loaded one after another."""
        for kind in kinds:
            for name in self.names.get(kind, ()):
                doc = self.subject if name == self.subject.name else frappe.get_doc(kind, name)
                doc.check_permission("read")
                yield doc

    def _next(self, fresh: dict[str, set[str]]) -> dict[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for kind, ways in WAYS.items():
            if kind in self.closed:
                continue
            for way in ways:
                if names := fresh.get(way.record):
                    found[kind] |= _naming(kind, way, names) - {*self.names.get(kind, ())}
        return {kind: names for kind, names in found.items() if names}


def record_data(doc: Document) -> dict[str, Any]:
    """What a record holds, as data: {doctype, name, values: {field: value}, tables: {field: [{field: value}]}}. Days and times are text in
    ISO 8601, times in the zone of the site; amounts and quantities are numbers."""
    readable, levels = readable_of(doc.doctype), {0, *doc.meta.get_permlevel_access("read")}
    values = {name: _plain(doc.get(name)) for name in _OF_RECORDS}
    values |= {one.fieldname: _plain(doc.get(one.fieldname)) for one in doc.meta.fields if one.fieldname in readable and _is_value(one)}  # fmt: skip
    tables = {
        table.fieldname: [_row(row, levels) for row in doc.get(table.fieldname) or ()]
        for table in doc.meta.get_table_fields()
        if table.fieldname in readable
    }
    return {"doctype": doc.doctype, "name": doc.name, "values": values, "tables": tables}


def _naming(kind: str, way: Names, names: set[str]) -> set[str]:
    filters: dict[str, Any] = {way.field: ("in", sorted(names))}
    if way.row:
        rows = frappe.get_all(way.row, {**filters, "parenttype": kind}, pluck="parent", order_by="parent asc")
        filters = {"name": ("in", sorted(set(rows)))}
        if not rows:
            return set()
    return set(frappe.get_list(kind, filters=filters, pluck="name", order_by="name asc", limit=MOST_RECORDS + 1))  # fmt: skip


def _row(row: BaseDocument, levels: set[int]) -> dict[str, Any]:
    shown = [one for one in row.meta.fields if one.permlevel in levels and _is_value(one)]
    return {"name": row.name, "idx": row.idx} | {one.fieldname: _plain(row.get(one.fieldname)) for one in shown}  # fmt: skip


def _is_value(one: Any) -> bool:
    return one.fieldtype not in _NO_VALUES and one.fieldname not in SECRETS and not getattr(one, "is_virtual", 0)  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return str(value)
    if isinstance(value, timedelta | time):
        return str(value)
    return float(value) if isinstance(value, Decimal) else value
