"""Compares records and files with what their entries say, page by page, in memory that does not grow with the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.query_builder import Order

from complaint_qms.constants import audit
from complaint_qms.constants.audit import ENTRY, RECORDED
from complaint_qms.engine.audit_entry import ERASED, Apart
from complaint_qms.engine.audit_replay import Kept, Place, State, apply, differing, is_empty
from complaint_qms.services.compliance.audit_trail.comparing_files import (
    Say,
    compare_files,
    of_unknown,
    parsed,
)
from complaint_qms.services.compliance.audit_trail.stored_records import AT_ONCE, read_stored, without_entry
from complaint_qms.services.compliance.audit_trail.values import shape_of
from complaint_qms.services.encryption.encrypted_values import read_apart

_NAMED_AT_MOST: Final = 8


class Renaming(NamedTuple):
    """A record that others link to has another name since an entry."""

    entry: str
    doctype: str
    old: str
    new: str


class Entry(NamedTuple):
    """What an entry says, and where."""

    name: str
    kind: str
    record: str
    detail: dict[str, Any]
    apart: Apart


def compare_records(say: Say, sha256_of: Callable[[str], str | None]) -> tuple[int, int]:
    """Say what differs; how many records and files were compared."""
    renamings = _renamings()
    records = sum(_compare_kind(doctype, renamings, say) for doctype in sorted(RECORDED))
    return records, compare_files(say, sha256_of)


def _compare_kind(doctype: str, renamings: list[Renaming], say: Say) -> int:
    count = 0
    for names in _pages(doctype):
        entries, there = _entries(doctype, names), read_stored(doctype, names)
        of_record: dict[str, list[Entry]] = defaultdict(list)
        for entry in entries:
            of_record[entry.record].append(entry)
        for name, some in of_record.items():
            count += 1
            said = f"{_(doctype)} {name}"
            same = Comparison(doctype, renamings)
            state, before = _replayed(some, same)
            if before:
                say("earlier", _("{0} was changed past the app before it was changed by it: {1}.").format(said, _places(doctype, before)))  # fmt: skip
            stored = there.get(name)
            if not stored:
                if state.exists:
                    say("deleted", _("{0} was deleted past the app.").format(said))
            elif not state.whole_since:
                continue  # it is among those that no entry tells as a whole
            elif not state.exists:
                say("unknown", of_unknown(said))
            elif places := differing(state, stored.fields, stored.rows, same):
                say("changed", _("{0} was changed past the app: {1}.").format(said, _places(doctype, places)))
    for name in without_entry(doctype, AT_ONCE):
        say("unknown", of_unknown(f"{_(doctype)} {name}"))
    return count


class Comparison:
    """Whether a value is the one that the entries left: also under another name of what it links to."""

    def __init__(self, doctype: str, renamings: list[Renaming]) -> None:
        self.shape, self.renamings = shape_of(doctype), renamings

    def __call__(self, place: Place, kept: Kept, value: Any) -> bool:
        if kept.value is ERASED or value is ERASED or kept.value == value:
            return True
        if is_empty(kept.value) and is_empty(value):
            return True
        table, _row, name = place
        shape = shape_of(self.shape.tables[table]) if table in self.shape.tables else self.shape
        if not kept.since:
            return value == shape.defaults.get(name)
        target = shape.links.get(name)
        return target is not None and self._renamed(kept, target) == value

    def _renamed(self, kept: Kept, target: str) -> Any:
        value = kept.value
        for entry, doctype, old, new in self.renamings:
            if entry > kept.since and value == old and target in ("", doctype):
                value = new
        return value


def _replayed(entries: list[Entry], same: Comparison) -> tuple[State, list[Place]]:
    state, before = State(), []
    for entry in entries:
        if "file" in entry.detail:
            continue
        # What was altered into something that is no entry any more has been said of the chain.
        with suppress(TypeError, ValueError, AttributeError, KeyError):
            before += apply(state, entry.detail, entry.apart, entry.name, same)
    return state, before


def _renamings() -> list[Renaming]:
    fields = ["name", "document_type", "detail"]
    found = []
    for row in frappe.get_all(ENTRY, {"kind": audit.RENAME}, fields, order_by="name asc"):
        detail = parsed(row.detail)
        if "to" in detail:
            found.append(Renaming(row.name, row.document_type, detail["from"], detail["to"]))
    return found


def _pages(doctype: str) -> Iterator[list[str]]:
    """Names of the records of a DocType that entries tell of."""
    table, last = frappe.qb.DocType(ENTRY), ""
    query = (
        frappe.qb.from_(table).select(table.document_name).distinct().where(table.document_type == doctype)
    )
    query = query.orderby(table.document_name, order=Order.asc).limit(AT_ONCE)
    while names := query.where(table.document_name > last).run(pluck=True):
        yield names
        last = names[-1]


def _entries(doctype: str, names: list[str]) -> list[Entry]:
    table = frappe.qb.DocType(ENTRY)
    query = frappe.qb.from_(table).select(
        table.name, table.kind, table.document_name, table.detail, table.apart
    )
    query = query.where((table.document_type == doctype) & table.document_name.isin(names))
    return [
        Entry(name, kind, record, parsed(detail), read_apart(apart))
        for name, kind, record, detail, apart in query.orderby(table.name, order=Order.asc).run()
    ]


def _places(doctype: str, places: list[Place]) -> str:
    meta, shape = frappe.get_meta(doctype), shape_of(doctype)
    said = []
    for table, row, name in places:
        if not table:
            said.append(_(meta.get_label(name) or name, context=doctype))
            continue
        label = _(meta.get_label(table) or table, context=doctype)
        inner = frappe.get_meta(shape.tables[table]).get_label(name) if name and table in shape.tables else ""
        said.append(f"{label} / {row}" + (f" / {_(inner)}" if inner else ""))
    said = list(dict.fromkeys(said))
    more = len(said) - _NAMED_AT_MOST
    return ", ".join(said[:_NAMED_AT_MOST]) + (f" (+{more})" if more > 0 else "")
