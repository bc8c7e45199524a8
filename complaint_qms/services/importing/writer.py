"""Makes many complaints at once, each by every rule that one at a time would meet.

A document is built and checked as `Document.insert` does it: links, permission, `before_insert`, `before_validate`,
`validate` and `before_save` with the hooks of every app, mandatory fields, options, lengths. Only the writing differs:
numbers are drawn as one block, and all rows of a batch go into their tables with one statement each. What hangs on
saving a single record is left out for a whole import: notifications and other handlers of `after_insert` and
`on_update`, and the search index, which is rebuilt at the end.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from functools import lru_cache
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.model.naming import NamingSeries
from pypika import Parameter

from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.encryption.encrypted_values import with_encrypted
from complaint_qms.services.importing.batch_cache import Blank
from complaint_qms.services.lifecycle import announcements
from complaint_qms.services.record import match_keys, naming
from complaint_qms.services.sop import clock

DOCTYPE = "Complaint"
CHUNK = 500
_PLAIN_SERIES = "naming_series:"
_UNNUMBERED = "unnumbered"
# Markup without attributes around text without references and control characters, as `values` makes it: the
# framework's filter gives it back as it is. That of Frappe 16 spells a no-break space as a reference.
_TEXT = r"[^<>&\x00-\x08\x0a-\x1f\x7f-\xa0\ud800-\udfff\ufffe\uffff]*"
CLEAN = re.compile(rf"(?:<p>{_TEXT}</p>)+(?:<ul>(?:<li>{_TEXT}</li>)+</ul>)?")


def build_complaint(values: dict[str, Any], key: str, blank: Blank) -> Document:
    """A checked complaint that lacks nothing but its number. Writes nothing.

    Args:
        values: fields of Complaint by name.
        key: its idempotency key.
        blank: what complaints of this moment begin with.

    Raises:
        frappe.ValidationError: what `intake.register` would raise for the same values.
        frappe.PermissionError: the user may not create this complaint.
    """
    doc = blank.filled(values)
    doc.flags.now, doc.flags.by_import = blank.now, True
    doc.flags.idempotency_key = doc.flags.idempotency_hash = key
    doc.flags.notifications_executed = []
    doc.set("__islocal", True)
    doc.set_user_and_timestamp()
    frappe.flags.currently_saving.pop()  # it entered the record there; nobody but a single save takes it out again
    doc.set_docstatus()
    doc.check_if_latest()
    doc._validate_links()
    doc.check_permission("create")
    doc.run_method("before_insert")
    # Rows of its tables must name their parent to be valid; its number comes with writing.
    doc.name = _UNNUMBERED
    doc.set_parent_in_children()
    doc.validate_higher_perm_levels()
    doc.flags.in_insert = True
    doc.run_before_save_methods()
    _validate(doc)
    doc.set_docstatus()
    doc.flags.in_insert = False
    return doc


def store_complaints(docs: list[Document]) -> None:
    """Number the documents and insert them with their rows: one statement per table and `CHUNK` records."""
    _number(docs)
    tables: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for doc in docs:
        tables[DOCTYPE].append(_stored(doc))
        clock.give_back(doc)
        for row in doc.get_all_children():
            row.parent, row.name = doc.name, frappe.generate_hash(length=10)
            row.creation = row.modified = doc.creation
            row.owner = row.modified_by = doc.owner
            tables[row.doctype].append(_stored(row))
    for doctype, rows in tables.items():
        columns = _needed(doctype, rows)
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            frappe.db.sql(
                _statement(doctype, tuple(columns), len(part)),
                [row[name] for row in part for name in columns],
            )
    recording.created(docs)
    for start in range(0, len(docs), CHUNK):
        match_keys.keep(docs[start : start + CHUNK])
    announcements.registered(docs)


def _validate(doc: Document) -> None:
    """The framework's checks of the fields. A description in which its filter against scripts has nothing to clean is
    not shown to it: reading the markup would cost more than all other checks."""
    html = doc.description
    if html and CLEAN.fullmatch(html):
        doc.description = "-"
    doc._validate()
    if doc.description == "-":
        doc.description = html


@lru_cache(maxsize=64)
def _statement(doctype: str, columns: tuple[str, ...], count: int) -> str:
    """An INSERT of `count` rows with a place for every value: built once, not with the values of every row."""
    places = [Parameter("%s")] * len(columns)
    table = frappe.qb.DocType(doctype)
    return frappe.qb.into(table).columns(*columns).insert(*[places] * count).get_sql()


def _needed(doctype: str, rows: list[dict[str, Any]]) -> list[str]:
    """Columns to write: without those that are empty in every row and that the database leaves empty by itself."""
    columns = frappe.qb.Schema("information_schema").columns
    table = (columns.table_schema == frappe.conf.db_name) & (columns.table_name == f"tab{doctype}")
    without_default = columns.column_default.isnull() | (columns.column_default == "NULL")
    query = frappe.qb.from_(columns).select(columns.column_name).where(table & without_default)
    empty = set(query.orderby(columns.ordinal_position).run(pluck=True))
    return [name for name in rows[0] if name not in empty or any(row[name] is not None for row in rows)]


def _stored(doc: Document) -> dict[str, Any]:
    with with_encrypted(doc):
        return doc.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True)


def _number(docs: list[Document]) -> None:
    """Numbers for all documents. A site that names complaints by its own rule gets them one by one."""
    own_rule = frappe.db.exists("Document Naming Rule", {"document_type": DOCTYPE, "disabled": 0})
    if (
        own_rule
        or frappe.get_meta(DOCTYPE).autoname != _PLAIN_SERIES
        or frappe.get_hooks("doc_events").get(DOCTYPE, {}).get("autoname")
    ):
        for doc in docs:
            doc.set_new_name(set_child_names=False)
        return
    by_series: dict[str, list[Document]] = defaultdict(list)
    for doc in docs:
        by_series[doc.naming_series].append(doc)
    for series, members in by_series.items():
        prefix, digits = NamingSeries(series).get_prefix(), series.count("#") or 5
        numbers = _reserve(prefix, digits, len(members))
        for number, doc in zip(numbers, members, strict=True):
            doc.name = f"{prefix}{number:0{digits}d}"


def _reserve(prefix: str, digits: int, count: int) -> list[int]:
    """`count` free numbers that nobody else gets; the series stays locked until the transaction ends."""
    series = frappe.qb.Table("tabSeries")
    found = frappe.qb.from_(series).select(series.current).where(series.name == prefix).for_update().run()
    if not found:
        frappe.qb.into(series).columns("name", "current").insert(prefix, 0).run()
    first = int(found[0][0] or 0) + 1 if found else 1
    numbers = list(range(first, first + count))
    names = [f"{prefix}{number:0{digits}d}" for number in numbers]
    if frappe.get_all(DOCTYPE, {"name": ("in", names)}, pluck="name", order_by="name", limit=1):
        # The series is behind numbers that are taken.
        taken = naming.taken_numbers(DOCTYPE, prefix)
        free = (number for number in itertools.count(first) if number not in taken)
        numbers = list(itertools.islice(free, count))
    frappe.qb.update(series).set(series.current, numbers[-1]).where(series.name == prefix).run()
    return numbers
