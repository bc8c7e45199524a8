"""One case is removed in one transaction: complaints, what rests on them, rows, messages, files, versions, signatures, and whatever the
framework and the app keep beside them. Its entries of the audit trail stay; what stands of persons and texts beside them is emptied."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import frappe
from frappe.utils import create_batch

from complaint_qms.constants.about_records import ABOUT_RECORDS
from complaint_qms.constants.audit import ENTRY
from complaint_qms.constants.disposal import CLEARED, DEPENDENT, ROWS_OF_SIGNALS
from complaint_qms.engine.audit_entry import as_json
from complaint_qms.services import writing
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.compliance.audit_trail.stored_records import read_stored
from complaint_qms.services.disposal.connected import Case
from complaint_qms.services.evidence import disk
from complaint_qms.services.record.framework_remarks import delete_remarks

Gone = dict[str, set[str]]
"""DocType → names"""
_AT_ONCE: Final = 500
_MAIL: Final = "Communication"
_FILE: Final = "File"
_SIGNATURE: Final = "Quality Signature"
_OF_FILES: Final = ("name", "file_url", "thumbnail_url", "file_size", "evidence_sha256", "attached_to_doctype", "attached_to_name")  # fmt: skip
_ABOUT: Final = {kind: fields for kind, fields in ABOUT_RECORDS.items() if kind != ENTRY}


@dataclass(frozen=True)
class Content:
    """What a case holds.

    Attributes:
        sha256: of the canonical JSON of its records and the sums of its files.
        files: rows of its Files.
    """

    sha256: str
    files: list[Any]

    @property
    def bytes(self) -> int:
        return sum(file.file_size or 0 for file in self.files)


def case_content(case: Case) -> Content:
    """Read with a constant number of queries for each kind of record."""
    files = _files(_all_of(case))
    records = {
        kind: {
            name: {"fields": one.fields, "rows": one.rows} for name, one in read_stored(kind, names).items()
        }
        for kind, names in sorted(case.records.items())
        if names
    }
    sums = sorted(filter(None, (file.evidence_sha256 for file in files)))
    told = as_json({"files": sums, "records": records})
    return Content(hashlib.sha256(told.encode()).hexdigest(), files)


def case_sizes(cases: Iterable[Case]) -> list[tuple[int, int]]:
    """(files, bytes) of each case; a constant number of queries for all of them."""
    cases = list(cases)
    owner: dict[tuple[str, str], int] = {}
    of_all: Gone = defaultdict(set)
    for number, case in enumerate(cases):
        for kind, names in case.records.items():
            of_all[kind] |= names
            owner |= {(kind, name): number for name in names}
    mails = _mails_about(of_all)
    owner |= {(_MAIL, row.name): owner[row.reference_doctype, row.reference_name] for row in mails}
    of_all[_MAIL] = {row.name for row in mails}
    counts, sizes = [0] * len(cases), [0] * len(cases)
    for file in _files(of_all):
        number = owner[file.attached_to_doctype, file.attached_to_name]
        counts[number] += 1
        sizes[number] += file.file_size or 0
    return list(zip(counts, sizes, strict=True))


def remove_case(
    case: Case, content: Content, tombstones: Mapping[str, Mapping[str, Any]], why: str
) -> list[str]:
    """Remove a case, and tell the trail; addresses of files whose bytes nothing needs any more, to be removed once this is committed.

    Args:
        tombstones: complaint → what remains of it.
        why: what the trail says of the records that go with the complaints.
    """
    gone = _all_of(case)
    evidence = [file for file in content.files if file.evidence_sha256]
    others = {kind: names for kind, names in gone.items() if kind != "Complaint"}
    recording.disposed(tombstones, others, evidence, why)
    for kind, names in gone.items():
        _delete_about(kind, names)
    for kind, names in gone.items():
        _delete_with_rows(kind, names)
    _let_go(case.records)
    _forget(gone, content.files)
    return _without_file(content.files)


def remove_bytes(urls: Iterable[str]) -> None:
    """From the disk; what is gone already is passed over."""
    for url in urls:
        if plain := disk.local(url):
            disk.path_of(plain).unlink(missing_ok=True)


def _all_of(case: Case) -> Gone:
    """The records of a case, what the app keeps beside them, mails and comments about all of these."""
    gone: Gone = defaultdict(set, {kind: set(names) for kind, names in case.records.items() if names})
    # Twice, because messages of a chat hang on it.
    for _turn in range(2):
        for kind, field, of in DEPENDENT:
            if gone.get(of):
                gone[kind] |= _named(kind, field, gone[of])
    gone[_SIGNATURE] |= {name for kind, names in case.records.items() for name in _signatures(kind, names)}
    gone[_MAIL] |= {row.name for row in _mails_about(gone)}
    return {kind: names for kind, names in gone.items() if names}


def _signatures(kind: str, names: Iterable[str]) -> Iterator[str]:
    for part in create_batch(sorted(names), _AT_ONCE):
        signed = {"document_type": kind, "document_name": ("in", part)}
        yield from frappe.get_all(_SIGNATURE, signed, pluck="name", order_by="name asc")


def _mails_about(gone: Mapping[str, Iterable[str]]) -> list[Any]:
    fields = ["name", "reference_doctype", "reference_name"]
    return [
        row
        for kind, names in gone.items()
        for part in create_batch(sorted(names), _AT_ONCE)
        for row in frappe.get_all(_MAIL, {"reference_doctype": kind, "reference_name": ("in", part)}, fields, order_by="name asc")
    ]  # fmt: skip


def _files(gone: Mapping[str, Iterable[str]]) -> list[Any]:
    """Files attached to records, and to comments about them."""
    attached = {**gone, "Comment": _comments_about(gone)}
    return [
        row
        for kind, names in sorted(attached.items())
        for part in create_batch(sorted(names), _AT_ONCE)
        for row in frappe.get_all(_FILE, {"attached_to_doctype": kind, "attached_to_name": ("in", part), "is_folder": 0}, list(_OF_FILES), order_by="name asc")
    ]  # fmt: skip


def _comments_about(gone: Mapping[str, Iterable[str]]) -> set[str]:
    comment, file = frappe.qb.DocType("Comment"), frappe.qb.DocType(_FILE)
    found: set[str] = set()
    for kind, names in gone.items():
        for part in create_batch(sorted(names), _AT_ONCE):
            query = frappe.qb.from_(comment).inner_join(file)
            query = query.on(
                (file.attached_to_doctype == "Comment") & (file.attached_to_name == comment.name)
            )
            query = query.select(comment.name).where(comment.reference_doctype == kind)
            found |= set(query.where(comment.reference_name.isin(part)).run(pluck=True))
    return found


def _named(kind: str, field: str, names: Iterable[str]) -> set[str]:
    return {
        name
        for part in create_batch(sorted(names), _AT_ONCE)
        for name in frappe.get_all(kind, {field: ("in", part)}, pluck="name", order_by="name asc")
    }


def _delete_about(kind: str, names: set[str]) -> None:
    actions = {"reference_doctype": kind, "reference_name": ("in", sorted(names))}
    tasks = frappe.get_all("Workflow Action", actions, pluck="name", order_by="name asc")
    _delete("Workflow Action Permitted Role", "parent", tasks)
    if kind == _MAIL:
        _delete_queued({"communication": ("in", sorted(names))})
    for table, (of, name) in _ABOUT.items():
        if table == "Email Queue":
            _delete_queued({of: kind, name: ("in", sorted(names))})
        elif table.startswith("__") or frappe.db.table_exists(table):
            for part in create_batch(sorted(names), _AT_ONCE):
                delete_remarks(table, {name: ("in", part), of: kind})
            _delete(table, name, names, {of: kind})
    _delete("Communication Link", "link_name", names, {"link_doctype": kind})


def _delete_queued(filters: dict[str, Any]) -> None:
    queued = frappe.get_all("Email Queue", filters, pluck="name", order_by="name asc")
    _delete("Email Queue Recipient", "parent", queued)
    _delete("Email Queue", "name", queued)


def _delete_with_rows(kind: str, names: set[str]) -> None:
    for table in frappe.get_meta(kind).get_table_fields():
        _delete(table.options, "parent", names, {"parenttype": kind})
    _delete(kind, "name", names)
    writing.drop_cached(kind, names)


def _let_go(records: Mapping[str, set[str]]) -> None:
    """What stays and names something of the case names it no more."""
    rows, field = ROWS_OF_SIGNALS
    _delete(rows, field, records.get("Complaint", ()))
    linked = frappe.get_all(
        "Custom Field", {"fieldtype": "Link", "options": ("in", sorted(records))}, ["dt", "fieldname", "options"], order_by="name asc"
    )  # fmt: skip
    for kind, name, of in (*CLEARED, *((row.dt, row.fieldname, row.options) for row in linked)):
        if records.get(of) and (found := _named(kind, name, records[of])):
            writing.set_where(kind, found, {name: None}, "disposed of")


def _forget(gone: Gone, files: Iterable[Any]) -> None:
    """What stands beside the entries about the case, in texts and names of persons: the chain holds digests of it alone."""
    table = frappe.qb.DocType(ENTRY)
    of_files = {_FILE: {file.name for file in files if file.evidence_sha256}}
    for kind, names in (*gone.items(), *of_files.items()):
        for part in create_batch(sorted(names), _AT_ONCE):
            query = frappe.qb.update(table).set(table.apart, None)
            query.where((table.document_type == kind) & table.document_name.isin(part)).run()


def _without_file(files: Iterable[Any]) -> list[str]:
    """Addresses at which no File is any more."""
    names = [file.name for file in files]
    for name in names:
        delete_remarks(_FILE, {"name": name})
    _delete(_FILE, "name", names)
    urls = {url for file in files for url in (file.file_url, file.thumbnail_url) if url and disk.local(url)}
    there: set[str] = set()
    for part in create_batch(sorted(urls), _AT_ONCE):
        there |= set(frappe.get_all(_FILE, {"file_url": ("in", part)}, pluck="file_url", order_by="name asc"))
    return sorted(urls - there)


def _delete(doctype: str, field: str, values: Iterable[str], others: Mapping[str, Any] | None = None) -> None:
    for part in create_batch(sorted(values), _AT_ONCE):
        frappe.db.delete(doctype, {field: ("in", part), **(others or {})})
