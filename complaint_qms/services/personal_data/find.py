"""Where a person stands in the records of the app and in what the framework keeps about them: all text there is, in two readings.

The first looks for what is the person's alone (mail addresses, telephone numbers, links), the second for names, in what the first has
found or what is about it. A name elsewhere may be somebody else's: it is told, and not touched.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import frappe
from pypika.terms import Criterion, Function

from complaint_qms.constants.about_records import ABOUT_RECORDS
from complaint_qms.constants.encryption import BEGINS
from complaint_qms.constants.encryption import FIELDS as ENCRYPTED
from complaint_qms.constants.personal_data import FIELDS, IDENTITY
from complaint_qms.constants.records import DOCTYPES, PARENTS, QUALITY_RECORDS, named_by
from complaint_qms.constants.regulatory_report import REPORT
from complaint_qms.engine.pseudonym import Person
from complaint_qms.services.encryption.encrypted_values import decrypt_rows

REQUEST: Final = "Personal Data Request"
_NOT_LOOKED_AT: Final = frozenset(
    (REQUEST, "Quality Audit Entry", "Quality Signature", "Complaint Text Terms")
)
"""The request itself is emptied when it is done; the trail is gone through by its own hand."""
_AROUND: Final = (
    "Activity Log", "Comment", "Communication", "Deleted Document", "File", "Notification Log", "ToDo", "Version",
)  # fmt: skip
_OF_PEOPLE: Final = ("Contact", "Address", "Customer", "Lead")
_TEXT: Final = frozenset(
    ("Attach", "Attach Image", "Code", "Data", "HTML Editor", "JSON", "Long Text", "Markdown Editor", "Small Text", "Text", "Text Editor")
)  # fmt: skip
_WHOSE: Final = ("parent", "parenttype")
_BEGINNINGS: Final = "_comments"
_MOST_NAMED: Final = 100
_AT_ONCE: Final = 500

Record = tuple[str, str]
"""(DocType, name)"""


@dataclass
class TextTable:
    """Columns of a DocType in which a person may stand, those of them that link to records of people, and those that say what a row is about."""

    doctype: str
    columns: tuple[str, ...]
    links: tuple[str, ...]
    about: tuple[str, ...]
    references: tuple[str, str] | None


@dataclass
class PersonFound:
    """
    Attributes:
        rows: DocType → name → the columns of its `TextTable`, of rows in which the person surely stands, or is named while they are about them.
        own: complaints that are the person's.
        possible: DocType → names of rows that hold the name alone.
        known: records that an earlier attempt has found, of which the person may be out by now.
    """

    rows: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: defaultdict(dict))
    own: set[str] = field(default_factory=set)
    possible: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    known: set[Record] = field(default_factory=set)

    def counts(self) -> dict[str, int]:
        return {doctype: len(some) for doctype, some in sorted(self.rows.items()) if some}

    def records(self) -> set[Record]:
        """Records with a life of their own that hold the person, or have a row that does."""
        found = {
            (doctype, name) for doctype, some in self.rows.items() if doctype in PARENTS for name in some
        }
        for some in self.rows.values():
            found |= {(row["parenttype"], row["parent"]) for row in some.values() if row.get("parenttype") in PARENTS}  # fmt: skip
        return found | self.known | {("Complaint", name) for name in self.own}


def tables() -> list[TextTable]:
    """What is gone through: the app's own DocTypes that keep rows, and what the framework keeps about them."""
    own = [name for name in DOCTYPES if name not in _NOT_LOOKED_AT and not frappe.get_meta(name).issingle]
    return [_table(name) for name in (*own, *_AROUND)]


def find_person(person: Person, tell: Callable[[int], None] | None = None) -> PersonFound:
    """Everything there is; two queries a table.

    Args:
        tell: is told how many of a hundred parts are done.
    """
    found, every = PersonFound(), tables()
    for number, table in enumerate(every):
        for row in _rows(table, person.sure_pattern(), person.keys):
            if _concerns_us(table, row):
                found.rows[table.doctype][row["name"]] = row
        if tell:
            tell(50 * (number + 1) // len(every))
    found.own = _own(person, found)
    about = _about(found)
    for number, table in enumerate(every):
        _take_named(table, person, found, about)
        if tell:
            tell(50 + 50 * (number + 1) // len(every))
    return found


def is_about(table: TextTable, row: dict[str, Any], records: set[Record]) -> bool:
    """Whether a row belongs to, or names, one of the records."""
    if (table.doctype, row["name"]) in records or (row.get("parenttype"), row.get("parent")) in records:
        return True
    if table.references and tuple(row.get(one) for one in table.references) in records:
        return True
    links = {names.field: names.record for names in named_by(table.doctype) if not names.row}
    return any((record, row.get(name)) in records for name, record in links.items() if row.get(name))


def _take_named(table: TextTable, person: Person, found: PersonFound, about: set[Record]) -> None:
    pattern = person.name_pattern()
    if not pattern:
        return
    for row in _rows(table, pattern):
        if row["name"] in found.rows.get(table.doctype, ()) or not _concerns_us(table, row):
            continue
        if is_about(table, row, about):
            found.rows[table.doctype][row["name"]] = row
        elif len(found.possible[table.doctype]) < _MOST_NAMED:
            found.possible[table.doctype].append(row["name"])


def _own(person: Person, found: PersonFound) -> set[str]:
    """Complaints whose contact the person is, with those that came of their messages and chats."""
    fields = [*(name for name, one in FIELDS["Complaint"].items() if one == IDENTITY), "customer"]
    own = {
        name
        for name, row in found.rows.get("Complaint", {}).items()
        if any(row.get(one) in person.keys or person.stands_in(str(row.get(one) or "")) for one in fields)
    }
    for doctype, senders in (("Complaint Inbox Item", ("sender_address",)), ("Complaint Chat", ("phone", "sender_id"))):  # fmt: skip
        for row in found.rows.get(doctype, {}).values():
            if row.get("complaint") and any(person.stands_in(str(row.get(one) or "")) for one in senders):
                own.add(row["complaint"])
    return own


def _about(found: PersonFound) -> set[Record]:
    records = {("Complaint", name) for name in found.own}
    records |= {
        (doctype, name) for doctype, some in found.rows.items() if doctype in PARENTS for name in some
    }
    chats = frappe.get_all("Complaint Chat", {"complaint": ("in", sorted(found.own))}, pluck="name", order_by="name asc") if found.own else []  # fmt: skip
    reports = frappe.get_all(REPORT, {"complaint": ("in", sorted(found.own))}, pluck="name", order_by="name asc") if found.own else []  # fmt: skip
    return records | {("Complaint Chat", name) for name in chats} | {(REPORT, name) for name in reports}


def _concerns_us(table: TextTable, row: dict[str, Any]) -> bool:
    """What the framework keeps about other apps' records is not ours."""
    return not table.references or table.doctype in DOCTYPES or row.get(table.references[0]) in (*QUALITY_RECORDS, *PARENTS, "Communication")  # fmt: skip


def _table(doctype: str) -> TextTable:
    meta = frappe.get_meta(doctype)
    stored = set(frappe.db.get_table_columns(doctype))
    columns = [
        one.fieldname
        for one in meta.fields
        if one.fieldname in stored and (one.fieldtype in _TEXT or (one.fieldtype == "Link" and one.options in _OF_PEOPLE))
    ]  # fmt: skip
    # The framework keeps the beginnings of comments and mails with the record itself.
    columns += [_BEGINNINGS] if _BEGINNINGS in stored else []
    about = {names.field for names in named_by(doctype) if not names.row} & stored
    references = ABOUT_RECORDS.get(doctype) or (("reference_doctype", "reference_name") if doctype == "Communication" else None)  # fmt: skip
    around = {*(_WHOSE if meta.istable else ()), *(references or ())} & stored
    links = tuple(
        one.fieldname for one in meta.fields if one.fieldname in columns and one.fieldtype == "Link"
    )
    return TextTable(doctype, tuple(columns), links, tuple(sorted(about | around)), references)


def _rows(table: TextTable, pattern: str, keys: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    stored = frappe.qb.DocType(table.doctype)
    text = Function("CONCAT_WS", "\n", *(stored[column] for column in table.columns))
    wanted = [text.regexp(pattern)] if pattern and table.columns else []
    wanted += [stored[link].isin(keys) for link in table.links if keys]
    if not wanted:
        return []
    columns = dict.fromkeys(("name", *table.columns, *table.about))
    query = frappe.qb.from_(stored).select(*(stored[one] for one in columns)).orderby(stored.name)
    rows = query.where(Criterion.any(wanted)).run(as_dict=True)
    decrypt_rows(table.doctype, rows)
    return [*rows, *_encrypted_rows(table, query, pattern, {row["name"] for row in rows})]


def _encrypted_rows(table: TextTable, query: Any, pattern: str, known: set[str]) -> Iterator[dict[str, Any]]:
    """Further rows in whose encrypted fields the pattern matches, which no query finds; read page by page."""
    stored, last = frappe.qb.DocType(table.doctype), ""
    kept = [
        stored[one].like(f"{BEGINS}%") for one in ENCRYPTED.get(table.doctype, ()) if one in table.columns
    ]
    if not kept or not pattern:
        return
    looked_for = re.compile(pattern, re.IGNORECASE)
    while rows := query.where(Criterion.any(kept) & (stored.name > last)).limit(_AT_ONCE).run(as_dict=True):
        last = rows[-1]["name"]
        decrypt_rows(table.doctype, rows)
        for row in rows:
            text = "\n".join(row[one] or "" for one in ENCRYPTED[table.doctype] if one in table.columns)
            if row["name"] not in known and looked_for.search(text):
                yield row
