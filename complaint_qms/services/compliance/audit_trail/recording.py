"""What happens to records becomes entries: saves, writes past a document, renames, deletions, files, rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants import audit
from complaint_qms.constants.events import SIGNED_RECORD
from complaint_qms.constants.records import STAGED
from complaint_qms.engine.audit_entry import Apart
from complaint_qms.services.compliance.audit_trail.entries import NewEntry, write_entries
from complaint_qms.services.compliance.audit_trail.values import (
    Shape,
    changed_values,
    getter,
    rows_by_name,
    shape_of,
    whole,
)
from complaint_qms.services.encryption.encrypted_values import decrypt_values
from complaint_qms.services.events import Event

_Written = tuple[Mapping[str, Any] | None, Mapping[str, Any]]
"""(what the fields were, None of one that was made, and are)"""
_PARENT: Final = ("parent", "parenttype", "parentfield")


def created(docs: Iterable[Document], kind: str = audit.CREATE) -> None:
    """New records, with the rows that they are about to have."""
    write_entries(_whole(doc, kind) for doc in docs if doc.doctype in audit.RECORDED)


def saved(doc: Document, kind: str = "") -> None:
    """A stored record or its rows have other values than before; nothing where they have not."""
    before = doc.get_doc_before_save()
    if not before:
        write_entries([_whole(doc, kind or audit.CREATE)])
        return
    apart, detail = Apart(), {}
    shape = shape_of(doc.doctype)
    if fields := changed_values(shape, before.__dict__.get, doc.__dict__.get, apart):
        detail["fields"] = fields
    if rows := _changed_rows(shape, before, doc, apart):
        detail["rows"] = rows
    if detail:
        write_entries([NewEntry(kind or _kind(doc.doctype, fields), doc.doctype, doc.name, detail, apart)])


def deleted(doc: Document, kind: str = audit.DELETE) -> None:
    """A record is gone."""
    told = _whole(doc, kind)
    detail = {"gone": told.detail["new"], "gone_rows": told.detail.get("rows") or {}}
    write_entries([told._replace(detail=detail)])


def renamed(doctype: str, old: str, new: str, merge: bool) -> None:
    """A record has another name, which whatever links to it has as well by now."""
    detail = {"from": old, "to": new, "merged": bool(merge)}
    told = [NewEntry(audit.RENAME, doctype, old, detail, Apart())]
    if doctype in audit.RECORDED:
        told.append(_whole(frappe.get_doc(doctype, new), audit.RENAME))
        told[-1].detail["from"] = old
    write_entries(told)


def removed_by_site(made: Mapping[str, Iterable[str]], why: str) -> None:
    """Records and files that the site itself takes back, which no person can."""
    told = [
        NewEntry(audit.DELETE, doctype, name, {"gone": {}, "why": why}, Apart())
        for doctype in sorted(made.keys() & audit.RECORDED)
        for name in sorted(made[doctype])
    ]
    told += [
        NewEntry(
            audit.WITH_FILE,
            audit.FILE,
            name,
            {"file": name, "gone_file": {"name": name}, "why": why},
            Apart(),
        )
        for name in sorted(made.get(audit.FILE, ()))
    ]
    write_entries(told)


def disposed(
    complaints: Mapping[str, Mapping[str, Any]], others: Mapping[str, Iterable[str]], files: Iterable[Any], why: str
) -> None:  # fmt: skip
    """Complaints whose term is over are gone, with what rested on them; what is told of each is what remains of it.

    Args:
        complaints: name → its tombstone.
        others: DocType → names of the records that go with them.
        files: rows with `name`, `evidence_sha256`, `attached_to_doctype` and `attached_to_name` of those that are evidence.
    """
    told = [
        NewEntry(audit.DISPOSE, "Complaint", name, {"gone": {}, "disposal": dict(tombstone)}, Apart())
        for name, tombstone in complaints.items()
    ]
    told += [
        NewEntry(audit.DISPOSE, doctype, name, {"gone": {}, "why": why}, Apart())
        for doctype in sorted(others.keys() & audit.RECORDED)
        for name in sorted(others[doctype])
    ]
    files = list(files)
    told += [_of_file(row.name, row, True) for row in files]
    told += [
        NewEntry(audit.DISPOSE, audit.FILE, row.name, {"gone": {}, "why": why}, Apart()) for row in files
    ]
    write_entries(told)


def printed(doc: Document) -> None:
    write_entries([NewEntry(audit.PRINT, doc.doctype, doc.name, {}, Apart())])


def exported(doc: Document, made: Mapping[str, Any]) -> None:
    """All that belongs to a record left the site in one file; `made`: {sha256, sha256_of_pdf, files, pages}."""
    write_entries([NewEntry(audit.EXPORT, doc.doctype, doc.name, {"whole_file": dict(made)}, Apart())])


def of_file(doc: Document, gone: bool = False) -> None:
    """A file that is evidence came to its record, has another place or sum, or is gone."""
    if doc.get("evidence_sha256"):
        write_entries([_of_file(doc.name, doc, gone)])


def removed_files(rows: Iterable[Any], why: str) -> None:
    """The bytes of files went, and the files stay with their sums."""
    told = [_of_file(row.name, row, False) for row in rows if row.evidence_sha256]
    write_entries(one._replace(detail={**one.detail, "removed": why}) for one in told)


def of_signing(events: list[Event]) -> None:
    """Listens to signatures that were given, and to those that were not because nobody proved who signs."""
    write_entries(
        NewEntry(
            audit.SIGN if event.kind == SIGNED_RECORD else audit.SIGN_FAILED, event.doctype, event.name, {"signing": dict(event.data)}, Apart()
        )
        for event in events
    )  # fmt: skip


def of_written(events: list[Event]) -> None:
    """Listens to what was written past documents."""
    write_entries(_past(events))


def past_document(doctype: str, name: str, new: Mapping[str, Any]) -> None:
    """Fields of one record that the framework is about to write past it."""
    fields = [field for field in new if field in shape_of(doctype).kinds]
    if fields and (old := frappe.db.get_value(doctype, name, fields, as_dict=True)):
        decrypt_values(doctype, old)
        write_entries(_fields(doctype, {name: (old, {field: new[field] for field in fields})}, ""))


def file_entries(rows: Iterable[Any]) -> Iterator[NewEntry]:
    """What is told of files that are evidence, by rows with name and `AT_FILES`."""
    return (_of_file(row.name, row, False) for row in rows if row.evidence_sha256)


def _whole(doc: Document, kind: str) -> NewEntry:
    apart, shape = Apart(), shape_of(doc.doctype)
    detail: dict[str, Any] = {"new": whole(shape, doc.__dict__.get, apart)}
    rows = {}
    for table, row_type in shape.tables.items():
        if some := doc.get(table):
            of_row = shape_of(row_type)
            rows[table] = {"+": {row.name: whole(of_row, row.__dict__.get, apart) for row in some}}
    if rows:
        detail["rows"] = rows
    return NewEntry(kind, doc.doctype, doc.name, detail, apart)


def _changed_rows(shape: Shape, before: Document, doc: Document, apart: Apart) -> dict[str, Any]:
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for table, row_type in shape.tables.items():
        old, new = rows_by_name(before, table), rows_by_name(doc, table)
        if not old and not new:
            continue
        of_row = shape_of(row_type)
        told: dict[str, dict[str, Any]] = defaultdict(dict)
        for name, row in new.items():
            if name not in old:
                told["+"][name] = whole(of_row, row.__dict__.get, apart)
            elif fields := changed_values(of_row, old[name].__dict__.get, row.__dict__.get, apart):
                told["~"][name] = fields
        for name in old.keys() - new.keys():
            told["-"][name] = whole(of_row, old[name].__dict__.get, apart)
        if told:
            found[table] = dict(told)
    return found


def _past(events: Iterable[Event]) -> Iterator[NewEntry]:
    """By record: fields that were written, and rows of tables with the record around them."""
    by_why: dict[tuple[str, str], dict[str, _Written]] = defaultdict(dict)
    for event in events:
        by_why[event.doctype, event.data["why"]][event.name] = (event.data["old"], event.data["new"])
    for (doctype, why), some in by_why.items():
        if doctype == audit.FILE:
            yield from _files(some)
        elif doctype in audit.RECORDED:
            yield from _fields(doctype, some, why)
        else:
            yield from _rows(doctype, some, why)


def _fields(doctype: str, some: Mapping[str, _Written], why: str) -> Iterator[NewEntry]:  # fmt: skip
    shape = shape_of(doctype)
    for name, (old, new) in some.items():
        apart = Apart()
        detail: dict[str, Any] = {"why": why} if why else {}
        if old is None:
            detail["new"] = whole(shape, new.get, apart)
        elif fields := changed_values(shape, old.get, new.get, apart, new):
            detail["fields"] = fields
        else:
            continue
        yield NewEntry(_kind(doctype, detail.get("fields") or {}), doctype, name, detail, apart)


def _rows(doctype: str, some: Mapping[str, _Written], why: str) -> Iterator[NewEntry]:  # fmt: skip
    shape = shape_of(doctype)
    told: dict[tuple[str, str], tuple[Apart, dict[str, Any]]] = {}
    for name, (old, new) in some.items():
        record, kind, table = ((old or new).get(field) for field in _PARENT)
        if kind not in audit.RECORDED or table not in shape_of(kind).tables:
            continue
        apart, rows = told.setdefault((kind, record), (Apart(), {}))
        of_table = rows.setdefault(table, {})
        if old is None:
            of_table.setdefault("+", {})[name] = whole(shape, new.get, apart)
        elif fields := changed_values(shape, old.get, new.get, apart, new):
            of_table.setdefault("~", {})[name] = fields
    for (kind, record), (apart, rows) in told.items():
        if rows := {table: what for table, what in rows.items() if what}:
            yield NewEntry(audit.CHANGE, kind, record, {"rows": rows, "why": why}, apart)


def _files(some: Mapping[str, _Written]) -> Iterator[NewEntry]:
    """As they are stored now: what was written are single fields."""
    changes = [name for name, (_old, new) in some.items() if audit.AT_FILES & new.keys()]
    if not changes:
        return
    fields = ["name", *sorted(audit.AT_FILES)]
    yield from file_entries(
        frappe.get_all(audit.FILE, {"name": ("in", changes)}, fields, order_by="name asc")
    )


def _of_file(name: str, row: Any, gone: bool) -> NewEntry:
    """Told with the record that it is attached to, where that is one of ours."""
    apart, get = Apart(), getter(row)
    kind, record = get("attached_to_doctype"), get("attached_to_name")
    if kind not in audit.RECORDED or not record:
        kind, record = audit.FILE, name
    told = whole(shape_of(audit.FILE), get, apart)
    told.pop("idx", None)
    return NewEntry(
        audit.WITH_FILE, kind, record, {"file": name, ("gone_file" if gone else "of_file"): told}, apart
    )


def _kind(doctype: str, fields: Mapping[str, Any]) -> str:
    way = STAGED.get(doctype)
    return audit.MOVE if way and "stage" in fields else audit.CHANGE
