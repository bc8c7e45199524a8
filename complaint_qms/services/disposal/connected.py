"""Quality records that are linked with each other: what one of them says rests on the others, so they stay or go together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

import frappe
from frappe.query_builder import Order
from frappe.utils import create_batch

from complaint_qms.constants.disposal import CONNECTED

Record = tuple[str, str]
"""(DocType, name)"""
_AT_ONCE: Final = 500


@dataclass
class Case:
    """Records that stay or go together, by their DocType; at least one complaint."""

    records: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    @property
    def complaints(self) -> list[str]:
        return sorted(self.records["Complaint"])

    @property
    def linked(self) -> list[Record]:
        """All but the complaints, in the order of their kinds."""
        return [(kind, name) for kind in CONNECTED if kind != "Complaint" for name in sorted(self.records.get(kind, ()))]  # fmt: skip


class _Edge(NamedTuple):
    record: str
    row: str
    field: str
    target: str


def cases_of(complaints: Iterable[str]) -> list[Case]:
    """The cases of some complaints, in the order of the first complaint of each. Two queries for each kind of link and each step away from
    the complaints."""
    groups = _Groups()
    fresh: dict[str, set[str]] = {"Complaint": set(complaints)}
    for name in fresh["Complaint"]:
        groups.find(("Complaint", name))
    edges = list(_edges())
    while fresh:
        found: dict[str, set[str]] = defaultdict(set)
        for edge in edges:
            for record, target in _linked(edge, fresh):
                for one in (record, target):
                    if groups.is_new(one):
                        found[one[0]].add(one[1])
                groups.join(record, target)
        fresh = found
    return groups.cases()


class _Groups:
    """Sets of records that were joined."""

    def __init__(self) -> None:
        self._above: dict[Record, Record] = {}

    def is_new(self, record: Record) -> bool:
        return record not in self._above

    def find(self, record: Record) -> Record:
        above = self._above.setdefault(record, record)
        while above != self._above[above]:
            above = self._above[above] = self._above[self._above[above]]
        return above

    def join(self, one: Record, other: Record) -> None:
        self._above[self.find(one)] = self.find(other)

    def cases(self) -> list[Case]:
        found: dict[Record, Case] = {}
        for kind, name in sorted(self._above):
            found.setdefault(self.find((kind, name)), Case()).records[kind].add(name)
        return sorted(
            (case for case in found.values() if case.complaints), key=lambda case: case.complaints[0]
        )


def _edges() -> Iterator[_Edge]:
    for kind in CONNECTED:
        for row in ("", *(table.options for table in frappe.get_meta(kind).get_table_fields())):
            for link in frappe.get_meta(row or kind).get_link_fields():
                if link.options in CONNECTED:
                    yield _Edge(kind, row, link.fieldname, link.options)


def _linked(edge: _Edge, fresh: dict[str, set[str]]) -> Iterator[tuple[Record, Record]]:
    table = frappe.qb.DocType(edge.row or edge.record)
    own = table.parent if edge.row else table.name
    query = frappe.qb.from_(table).select(own, table[edge.field]).where(table[edge.field] != "")
    if edge.row:
        query = query.where(table.parenttype == edge.record)
    for column, names in ((own, fresh.get(edge.record)), (table[edge.field], fresh.get(edge.target))):
        for part in create_batch(sorted(names or ()), _AT_ONCE):
            for record, target in query.where(column.isin(part)).orderby(own, order=Order.asc).run():
                yield (edge.record, record), (edge.target, target)
