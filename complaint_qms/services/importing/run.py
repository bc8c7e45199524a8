"""Runs an import: batch by batch, each committed whole, so that a killed run goes on where it stopped.

A batch writes its complaints, its bad rows and the new position in one transaction. Every complaint carries the key
`import:<digest of the file>:<row>`, unique among imports: whoever starts the same file again, under whatever import,
finds it there.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, now_datetime
from frappe.utils.global_search import update_global_search

from complaint_qms.message_log import messages_withheld
from complaint_qms.services.framework_seams import asked_once
from complaint_qms.services.importing import row_errors
from complaint_qms.services.importing.batch_cache import Blank
from complaint_qms.services.importing.external_ids import ExternalIds
from complaint_qms.services.importing.row_values import (
    Defaults,
    Row,
    RowError,
    Translator,
)
from complaint_qms.services.importing.run_lock import IMPORT, exclusive_run, lock_row
from complaint_qms.services.importing.source import Source, require_columns
from complaint_qms.services.importing.writer import DOCTYPE, build_complaint, store_complaints
from complaint_qms.services.record.attached_files import own_file
from complaint_qms.services.record.error_text import said

BATCH = 1000
FEW = 1000
"""New complaints that are put into the search one by one; for more its index is built anew."""
PROGRESS = "complaint_import_progress"


@dataclass
class Counts:
    """Rows: read, made into complaints, there already, bad."""

    position: int = 0
    imported: int = 0
    existing: int = 0
    failed: int = 0

    def __iadd__(self, other: Counts) -> Counts:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))
        return self


def import_rows(doc: Document, source: Source, tell: Callable[[Counts], None] | None = None) -> Counts:
    """Import what is not imported yet; `doc` is the Complaint Import that keeps the position and the counts.

    Raises:
        Overtaken: another process runs the same import, or moved it on.
        frappe.ValidationError: the columns are not enough.
    """
    require_columns(source)
    with exclusive_run(doc.name):
        total = _all(doc, source, tell)
    if total.imported:
        _make_searchable(source, total.imported)
        frappe.publish_realtime("list_update", {"doctype": "Complaint"}, doctype="Complaint")
    return total


def try_out(source: Source, defaults: Defaults, size: int = BATCH) -> tuple[Counts, list[RowError]]:
    """Go through the whole file and write nothing: what would be made, and the rows that would not."""
    require_columns(source)
    translator, total, bad = Translator(source, defaults), Counts(), []
    numbers = _numbers(source)
    for chunk in source.chunks(size):
        rows, unreadable = translator.translate(chunk)
        fresh = _fresh(rows, source.digest)
        docs, refused = _build(fresh, source.digest)
        docs, repeated = numbers.apart(docs)
        found = unreadable + refused + repeated
        bad += found
        total += Counts(chunk.consumed, len(docs), len(rows) - len(fresh), len(found))
        frappe.db.rollback()
    return total, bad


def defaults_of(doc: Document) -> Defaults:
    """What an import says for all of its rows."""
    return Defaults(doc.company, doc.default_type, doc.default_channel, bool(doc.is_migrated))


def path_of(doc: Document) -> Path:
    """Where the file of an import lies: its attachment, or the path that the command was given."""
    if doc.import_file:
        return Path(own_file(doc.import_file, doc).get_full_path())
    if not doc.source_path:
        frappe.throw(_("File to Import: attach the file first."))
    return Path(doc.source_path)


def _make_searchable(source: Source, imported: int) -> None:
    """Put the new complaints into the desk's search: a few by themselves, many by building the index anew."""
    if imported > FEW:
        frappe.enqueue(
            "frappe.utils.global_search.rebuild_for_doctype",
            doctype="Complaint",
            queue="long",
            job_id="complaint_import_search",
            deduplicate=True,
        )
        return
    mine = {"idempotency_hash": ("like", f"{_prefix(source.digest)}%")}
    for name in frappe.get_all("Complaint", mine, pluck="name", order_by="creation desc", limit=imported):
        update_global_search(frappe.get_doc("Complaint", name))


def _all(doc: Document, source: Source, tell: Callable[[Counts], None] | None) -> Counts:
    """Batch after batch to the end of the file."""
    translator, numbers = Translator(source, defaults_of(doc)), _numbers(source)
    doc.reload()  # whoever ran it before may have moved it on since it was read
    total = Counts(*(cint(doc.get(part.name)) for part in fields(Counts)))
    doc.db_set(
        {
            "status": "running",
            "total_rows": source.records,
            "started_at": doc.started_at or now_datetime(),
            "error_message": None,
        }
    )
    frappe.db.commit()
    began, before = time.monotonic(), cint(doc.seconds)
    size = cint(doc.batch_size) or BATCH
    for chunk in source.chunks(size, skip_records=total.position):
        lock_row(doc.name, total.position)
        done = _batch(doc.name, source, translator, numbers, chunk)
        total += done
        counts = {part.name: getattr(total, part.name) for part in fields(Counts)}
        seconds = before + round(time.monotonic() - began)
        doc.db_set(counts | {"seconds": seconds}, update_modified=False)
        frappe.db.commit()
        _publish(doc, total)
        if tell:
            tell(total)
    doc.db_set(
        {
            "status": "completed",
            "finished_at": now_datetime(),
            "seconds": before + round(time.monotonic() - began),
        }
    )
    doc.db_set("error_file", row_errors.attach(doc, source.table.columns))
    frappe.db.commit()
    _publish(doc, total)
    return total


def _batch(name: str, source: Source, translator: Translator, numbers: ExternalIds, chunk: Any) -> Counts:
    rows, bad = translator.translate(chunk)
    fresh = _fresh(rows, source.digest)
    docs, refused = _build(fresh, source.digest)
    docs, repeated = numbers.apart(docs)
    bad += refused + repeated
    if docs:
        docs, bad_now = _write(docs)
        bad += bad_now
    row_errors.store_row_errors(name, bad)
    return Counts(chunk.consumed, len(docs), len(rows) - len(fresh), len(bad))


def _fresh(rows: list[Row], digest: str) -> list[Row]:
    """Rows whose complaint is not on the site yet."""
    if not rows:
        return []
    keys = [_key(digest, row) for row in rows]
    known = set(
        frappe.get_all(
            "Complaint", {"idempotency_hash": ("in", keys)}, pluck="idempotency_hash", order_by="name asc"
        )
    )
    return [row for row, key in zip(rows, keys, strict=True) if key not in known]


def _build(rows: list[Row], digest: str) -> tuple[list[Document], list[RowError]]:
    docs, refused = [], []
    blank, held = Blank(DOCTYPE, now_datetime()), None
    with asked_once() as answers:
        for row in rows:
            if (
                held != frappe.db.transaction_writes
            ):  # checking writes nothing, unless a hook of the site does
                frappe.db.savepoint("import_row")
                held = frappe.db.transaction_writes
            try:
                with messages_withheld():
                    doc = build_complaint(row.values, _key(digest, row), blank)
                doc.flags.row = row
                docs.append(doc)
            except (frappe.ValidationError, frappe.PermissionError) as error:
                frappe.db.rollback(save_point="import_row")
                answers.forget()
                held = None
                refused.append(RowError(row.number, "", said(error), row.cells))
    return docs, refused


def _write(docs: list[Document]) -> tuple[list[Document], list[RowError]]:
    """Write a batch; when the database refuses it, its rows one by one, so that one bad row costs one row."""
    frappe.db.savepoint("import_batch")
    try:
        store_complaints(docs)
        return docs, []
    except Exception as error:
        if frappe.db.is_deadlocked(error) or frappe.db.is_timedout(error):
            raise
        frappe.db.rollback(save_point="import_batch")
    written, bad = [], []
    for doc in docs:
        frappe.db.savepoint("import_row")
        try:
            store_complaints([doc])
            written.append(doc)
        except Exception as error:
            frappe.db.rollback(save_point="import_row")
            row = doc.flags.row
            bad.append(RowError(row.number, "", said(error), row.cells))
    return written, bad


def _numbers(source: Source) -> ExternalIds:
    return ExternalIds(_prefix(source.digest), " + ".join(source.mapping.columns.get("id", [])))


def _key(digest: str, row: Row) -> str:
    return f"{_prefix(digest)}{row.number}"


def _publish(doc: Document, total: Counts) -> None:
    values = {part.name: getattr(total, part.name) for part in fields(Counts)}
    frappe.publish_realtime(
        PROGRESS,
        {
            "name": doc.name,
            "status": doc.status,
            "total_rows": doc.total_rows,
            "seconds": doc.seconds,
            **values,
        },
        doctype=IMPORT,
        docname=doc.name,
    )


def _prefix(digest: str) -> str:
    return f"import:{digest[:32]}:"
