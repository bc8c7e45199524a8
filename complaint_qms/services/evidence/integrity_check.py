"""Notices the loss of evidence: compares sums with the bytes on the disk, and tells who answers for quality, once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import now_datetime

from complaint_qms.constants.events import EVIDENCE_LOST
from complaint_qms.constants.evidence import LOST_AT, NAMED_IN, REMOVED_AT, SHA256, TALK, Naming
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.constants.roles import MANAGER, QUALITY_MANAGER
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.evidence import disk
from complaint_qms.services.evidence.capture import secure
from complaint_qms.services.evidence.holders import Record
from complaint_qms.services.notify import digest
from complaint_qms.services.notify.outbox import GroupNotice, Notice, send, send_to_groups
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.sop import recipients

CHUNK: Final = 500
"""Files whose bytes are read in one transaction."""


def run_daily_check() -> None:
    """The daily check at the present moment; what the scheduled job puts into the queue."""
    check_integrity(now_datetime())
    digest.enqueue(now_datetime())


def check_integrity(now: datetime, chunk: int = CHUNK) -> int:
    """Compare every piece of evidence with its sum, and commit chunk by chunk; the number of losses found anew."""
    take_in_forgotten(chunk)
    give_files_back(chunk)
    lost = 0
    for files in _chunks(chunk):
        lost += sum(
            in_parts(
                files,
                lambda some: _check_chunk(some, now),
                "Check of evidence failed",
                lambda file: ("File", file.name),
            )
        )
    return lost


def lost_rows(doc: Document) -> list[str]:
    """Names of the rows of a record whose file is known to be lost, or has no bytes now; for its form; not what was removed as its term was over. Two queries."""
    named = [
        (row.name, row.get(naming.field))
        for naming in NAMED_IN
        if naming.record == doc.doctype
        for row in doc.get(naming.table)
        if row.get(naming.field)
    ]
    if not named:
        return []
    of_record = {"attached_to_doctype": doc.doctype, "attached_to_name": doc.name}
    known = [{LOST_AT: ("is", "set")}, {REMOVED_AT: ("is", "set")}]
    lost, removed = (
        set(frappe.get_all("File", {**of_record, **one}, pluck="file_url", order_by="name asc"))
        for one in known
    )
    return [name for name, url in named if url in lost or (url not in removed and not _has_bytes(url))]


def take_in_forgotten(chunk: int = CHUNK) -> None:
    """Give their sum to files that came to a quality record past their events, and make them private."""
    file = frappe.qb.DocType("File")
    bare = file[SHA256].isnull() | (file[SHA256] == "")
    proposals = frappe.qb.DocType("Complaint Settlement")
    drafts = frappe.qb.from_(proposals).select(proposals.name).where(proposals.docstatus == 0)
    held = file.attached_to_doctype.isin(QUALITY_RECORDS) & ~(
        (file.attached_to_doctype == "Complaint Settlement") & file.attached_to_name.isin(drafts)
    )
    for kind in TALK:
        talk = frappe.qb.DocType(kind)
        about = frappe.qb.from_(talk).select(talk.name).where(talk.reference_doctype.isin(QUALITY_RECORDS))
        held |= (file.attached_to_doctype == kind) & file.attached_to_name.isin(about)
    last = ""
    query = frappe.qb.from_(file).select(file.star).where(bare & held & (file.is_folder == 0)).limit(chunk)
    while rows := query.where(file.name > last).orderby(file.name, order=Order.asc).run(as_dict=True):
        last = rows[-1].name
        secure([disk.as_file(row) for row in rows if str(row.attached_to_name or "")[:4] != "new-"])
        frappe.db.commit()


def give_files_back(chunk: int = CHUNK) -> None:
    """Rows that carry a sum and whose record has no File of it any more get one again, so that it can be missed."""
    for naming in NAMED_IN:
        while rows := _orphans(naming, chunk):
            found = [
                {
                    "file_name": row.url.rpartition("/")[2],
                    "file_url": row.url,
                    "is_private": 1,
                    "folder": "Home/Attachments",
                    "attached_to_doctype": naming.record,
                    "attached_to_name": row.parent,
                    SHA256: row.sum,
                }
                for row in rows
            ]
            writing.insert_rows("File", found, now_datetime(), "Administrator", "evidence without its file")
            frappe.db.commit()


def tell_quality(events: list[Event]) -> None:
    """Listens to evidence lost: a message for each loss and each person who answers for quality and may see the record."""
    people = recipients.Directory().with_roles((MANAGER, QUALITY_MANAGER))
    send(
        (
            Notice(event.kind, person, event.doctype, event.name, event.data)
            for event in events
            for person in people
        ),
        events[0].at,
    )
    send_to_groups(
        (
            GroupNotice(event.kind, event.doctype, event.name, event.data, event.data["company"])
            for event in events
        ),
        events[0].at,
    )


def _orphans(naming: Naming, limit: int) -> list[frappe._dict]:
    row, file = frappe.qb.DocType(naming.row), frappe.qb.DocType("File")
    return (
        frappe.qb.from_(row)
        .left_join(file)
        .on(
            (file.attached_to_doctype == naming.record)
            & (file.attached_to_name == row.parent)
            & (file.file_url == row[naming.field])
            & (file[SHA256] == row[naming.sum])
        )
        .select(row.parent, row[naming.field].as_("url"), row[naming.sum].as_("sum"))
        .distinct()
        .where((row.parenttype == naming.record) & (row[naming.sum] != "") & (row[naming.field] != ""))
        .where(file.name.isnull())
        .limit(limit)
    ).run(as_dict=True)


def _chunks(size: int) -> Iterator[list[frappe._dict]]:
    last = ""
    while rows := frappe.get_all(
        "File",
        {SHA256: ("is", "set"), REMOVED_AT: ("is", "not set"), "name": (">", last)},
        ["name", "file_name", "file_url", "attached_to_doctype", "attached_to_name", SHA256, LOST_AT],
        order_by="name asc",
        limit=size,
    ):
        last = rows[-1].name
        yield rows


def _check_chunk(files: list[frappe._dict], now: datetime) -> int:
    sums = {url: disk.sha256_of(url) for url in {file.file_url for file in files}}
    lost = [file for file in files if sums[file.file_url] != file[SHA256] and not file[LOST_AT]]
    found = [file.name for file in files if sums[file.file_url] == file[SHA256] and file[LOST_AT]]
    for names, value in (([file.name for file in lost], now), (found, None)):
        writing.set_where("File", names, {LOST_AT: value}, "evidence compared with its sum")
    _announce(lost, sums, now)
    return len(lost)


def _announce(lost: list[frappe._dict], sums: dict[str, str | None], now: datetime) -> None:
    if not lost:
        return
    records, places = _records(lost), _rows(lost)
    companies = _companies(set(records.values()))
    announce(
        Event(
            EVIDENCE_LOST,
            *record,
            {
                "doctype": record[0],
                "file": file.file_name or file.file_url,
                "row": places.get((record, file.file_url)),
                "changed": sums[file.file_url] is not None,
                "company": companies.get(record),
            },
            at=now,
        )
        for file in lost
        if (record := records.get(file.name))
    )


def _records(files: list[frappe._dict]) -> dict[str, Record]:
    """File → the quality record it is evidence of, by itself or by a mail or comment; a query a kind."""
    about: dict[tuple[str, str], Record] = {}
    for kind in TALK:
        names = sorted({file.attached_to_name for file in files if file.attached_to_doctype == kind})
        if names:
            rows = frappe.get_all(
                kind,
                {"name": ("in", names)},
                ["name", "reference_doctype", "reference_name"],
                order_by="name asc",
            )
            about |= {(kind, row.name): (row.reference_doctype, row.reference_name) for row in rows}
    found = {}
    for file in files:
        held = file.attached_to_doctype, file.attached_to_name
        record = about.get(held, held)
        if record[0] in QUALITY_RECORDS:
            found[file.name] = record
    return found


def _companies(records: set[Record]) -> dict[Record, str]:
    names = defaultdict(set)
    for doctype, name in records:
        names[doctype].add(name)
    return {
        (doctype, row.name): row.company
        for doctype, wanted in names.items()
        for row in frappe.get_all(
            doctype, {"name": ("in", sorted(wanted))}, ["name", "company"], order_by="name asc"
        )
    }


def _rows(files: list[frappe._dict]) -> dict[tuple[Record, str], int]:
    """(record, address) → number of the row that names it; one query for each kind of rows."""
    found: dict[Any, int] = {}
    for naming in NAMED_IN:
        parents = sorted(
            {file.attached_to_name for file in files if file.attached_to_doctype == naming.record}
        )
        if parents:
            rows = frappe.get_all(
                naming.row,
                {"parenttype": naming.record, "parent": ("in", parents)},
                ["parent", "idx", naming.field],
                order_by="idx asc",
            )
            for row in rows:
                found.setdefault(((naming.record, row.parent), row[naming.field]), row.idx)
    return found


def _has_bytes(url: str) -> bool:
    plain = disk.local(url)
    return bool(plain) and disk.path_of(plain).is_file()
