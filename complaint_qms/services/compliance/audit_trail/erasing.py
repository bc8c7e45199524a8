"""Personal values let go from beside the chain: the chain names them by salted digests alone, and holds without them.

Which values are gone stands in entries of their own, so that what was erased by the app is told from what was taken away past it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import frappe
from frappe.query_builder import Criterion, Order
from frappe.utils import create_batch

from complaint_qms.constants import audit
from complaint_qms.constants.audit import ENTRY
from complaint_qms.engine.audit_entry import APART, ENCRYPTED, Apart, as_json, site_mark
from complaint_qms.engine.pseudonym import Person
from complaint_qms.services.compliance.audit_trail import sealing
from complaint_qms.services.compliance.audit_trail.comparing_files import parsed
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, key, write_entries
from complaint_qms.services.encryption.encrypted_values import read_apart, text_of_apart

_AT_ONCE: Final = 500
_ABOUT: Final = "Personal Data Request"


def forget_person(
    person: Person,
    records: Iterable[tuple[str, str]],
    own: Iterable[str],
    fields: Iterable[str],
    request: str,
) -> int:
    """Let go what entries keep of a person; how many values.

    Args:
        records: (DocType, name) of those that are about the person: names in their entries go as well as addresses and numbers.
        own: complaints of the person, of whose `fields` every value goes.
    """
    about, whole = set(records), {("Complaint", name) for name in own}
    wiped = frozenset(fields)

    def is_gone(row: Any, kept: Apart) -> set[str]:
        record = (row.document_type, row.document_name)
        holds = person.is_told_in if record in about else person.stands_in
        gone = {one for one, value in kept.values.items() if value in person.keys or holds(_text(value))}
        return gone | (
            digests_of_fields(parsed(row.detail), wiped) & kept.values.keys() if record in whole else set()
        )

    return sum(
        _forget_some(some, is_gone, (_ABOUT, request), "personal data erased")
        for some in _entries(person, about | whole)
    )


def forget_in_request(person: Person, request: str) -> None:
    """The same of the entries of the request itself, in the transaction in which it is emptied."""
    table = frappe.qb.DocType(ENTRY)

    def is_gone(_row: Any, kept: Apart) -> set[str]:
        return {
            one
            for one, value in kept.values.items()
            if value in person.keys or person.is_told_in(_text(value))
        }

    for rows in _pages((table.document_type == _ABOUT) & (table.document_name == request)):
        _forget_some(rows, is_gone, (_ABOUT, request), "personal data erased")


def forget_fields(doctype: str, names: Iterable[str], fields: Iterable[str], why: str) -> int:
    """Let go every value of some fields that entries keep of records; how many."""
    wanted, some = frozenset(fields), sorted(names)

    def is_gone(row: Any, kept: Apart) -> set[str]:
        return digests_of_fields(parsed(row.detail), wanted) & kept.values.keys()

    if not some:
        return 0
    table = frappe.qb.DocType(ENTRY)
    pages = _pages((table.document_type == doctype) & table.document_name.isin(some))
    return sum(_forget_some(rows, is_gone, (doctype, some[0]), why) for rows in pages)


def erased_values() -> dict[str, frozenset[str]]:
    """Entry → digests of values that the app let go, as entries that carry the site's mark say."""
    table, secret = frappe.qb.DocType(ENTRY), key()
    query = frappe.qb.from_(table).select(sealing.entry_text(table), table.mark, table.detail)
    found: dict[str, frozenset[str]] = defaultdict(frozenset)
    for text, mark, detail in query.where(table.kind == audit.ERASE).run():
        if site_mark(secret, text) == mark:
            for name, digests in (parsed(detail).get("erased") or {}).items():
                found[name] |= frozenset(digests)
    return dict(found)


def digests_of_fields(detail: dict[str, Any], names: frozenset[str]) -> set[str]:
    """Digests of the values that an entry has of some fields of its record."""
    told = [
        value for part in ("new", "gone") for name, value in (detail.get(part) or {}).items() if name in names
    ]
    told += [value for name, pair in (detail.get("fields") or {}).items() if name in names for value in pair]
    return {value[APART] for value in told if isinstance(value, dict) and APART in value}


def _entries(person: Person, about: set[tuple[str, str]]) -> Iterable[list[Any]]:
    """Pages of entries that may hold something of the person."""
    table = frappe.qb.DocType(ENTRY)
    said = "|".join(filter(None, (person.sure_pattern(), person.key_pattern())))
    # Of what is kept encrypted the database tells nothing: it is looked at here.
    wanted = table.apart.regexp(said) | table.apart.like(f'%"{ENCRYPTED}":%')
    for doctype in sorted({doctype for doctype, _name in about}):
        names = sorted(name for kind, name in about if kind == doctype)
        for some in create_batch(names, _AT_ONCE):
            wanted |= (table.document_type == doctype) & table.document_name.isin(some)
    return _pages(wanted)


def _pages(wanted: Criterion) -> Iterator[list[Any]]:
    table, last = frappe.qb.DocType(ENTRY), ""
    query = frappe.qb.from_(table).select(
        table.name, table.document_type, table.document_name, table.apart, table.detail
    )
    query = query.where(table.apart.isnotnull() & wanted).orderby(table.name, order=Order.asc).limit(_AT_ONCE)
    while rows := query.where(table.name > last).run(as_dict=True):
        yield rows
        last = rows[-1].name


def _forget_some(
    rows: list[Any], is_gone: Callable[[Any, Apart], set[str]], about: tuple[str, str], why: str
) -> int:
    """`about`: (DocType, name) of the record whose entry tells of it."""
    erased: dict[str, list[str]] = {}
    table = frappe.qb.DocType(ENTRY)
    for row in rows:
        kept = read_apart(row.apart)
        if gone := kept.let_go(is_gone(row, kept)):
            erased[row.name] = sorted(gone)
            frappe.qb.update(table).set(table.apart, text_of_apart(kept)).where(table.name == row.name).run()
    if erased:
        write_entries([NewEntry(audit.ERASE, *about, {"erased": erased, "why": why}, Apart())])
        frappe.db.commit()
    return sum(map(len, erased.values()))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else as_json(value)
