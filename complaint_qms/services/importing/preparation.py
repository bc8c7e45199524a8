"""Prepares an import: its file looked at, its columns shown, its job started; and the one the command works with."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.background_jobs import get_job, get_job_status
from rq.job import JobStatus

from complaint_qms.services.importing import problem_text, run, run_lock, source
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.language import speaking
from complaint_qms.tabular.date_doubt import dates_in_doubt

EXAMPLE_LENGTH = 120


def analyse(doc: Document) -> None:
    """Look at the attached file and fill the table of columns with what they seem to be. Saves nothing."""
    opened = source.open_file(run.path_of(doc))
    _describe(doc, opened)


def start_import(doc: Document) -> None:
    """Run the import in the background, once; an interrupted one goes on where it stopped."""
    if is_alive(doc.name):
        frappe.throw(_("This import is under way."))
    if doc.status == "completed":
        frappe.throw(_("This import is complete."))
    source.require_columns(opened(doc))
    job = job_id(doc.name)
    if left := get_job(
        job
    ):  # of a run that was killed: the queue takes it for under way until its time is up
        left.delete()
    doc.db_set({"status": "queued", "error_message": None})
    frappe.enqueue(
        run_job,
        queue="long",
        timeout=6 * 3600,
        job_id=job,
        name=doc.name,
        language=frappe.local.lang,
        enqueue_after_commit=True,
    )


def job_id(name: str) -> str:
    """Id of the background job of an import."""
    return f"complaint_qms_import::{name}"


def is_alive(name: str) -> bool:
    """Whether a job of an import waits, or a process runs it."""
    return get_job_status(job_id(name)) == JobStatus.QUEUED or run_lock.is_running(name)


def run_job(name: str, language: str | None = None) -> None:
    """The background job: run the import; what stops it is shown on its form, in the language of who started it."""
    with speaking(language or frappe.local.lang):
        _run(name)


def opened(doc: Document) -> source.Source:
    """The file of an import with the columns that its table names."""
    found = source.open_file(run.path_of(doc))
    if doc.file_digest and found.digest != doc.file_digest:
        frappe.throw(_("The file has changed since its columns were read. Attach it to a new import."))
    source.use_targets(
        found, {row.heading: row.target for row in doc.columns if row.target}, doc.date_order or ""
    )
    return found


def for_command(
    path: Path,
    found: source.Source,
    company: str,
    batch_size: int,
    complaint_type: str | None,
    live: bool,
    date_order: str | None = None,
) -> Document:
    """The import that the command runs: an unfinished one of the same file goes on, else a new one is made."""
    name = frappe.db.get_value(
        run_lock.IMPORT,
        {"file_digest": found.digest, "status": ("!=", "completed"), "source_path": ("is", "set")},
    )
    doc = frappe.get_doc(run_lock.IMPORT, name) if name else frappe.new_doc(run_lock.IMPORT)
    if not name:
        doc.update({"company": company, "default_type": complaint_type, "is_migrated": int(not live)})
    doc.batch_size, doc.date_order = batch_size, date_order or doc.date_order
    doc.source_path = str(path)
    _describe(doc, found)
    doc.flags.by_service = True
    return doc.save()


def _run(name: str) -> None:
    doc = frappe.get_doc(run_lock.IMPORT, name)
    try:
        with run_lock.exclusive_run(name):  # from here on, for a large file takes a while to open
            run.import_rows(doc, opened(doc))
    except Exception as error:
        frappe.db.rollback()
        # With a message: without one, the log would hold the rows of the file.
        frappe.log_error(
            title="Import of complaints failed",
            message=frappe.get_traceback(),
            reference_doctype=run_lock.IMPORT,
            reference_name=name,
        )
        if not isinstance(error, run_lock.Overtaken):
            doc.db_set({"status": "failed", "error_message": _why(error)[:1000]})
        frappe.db.commit()
        frappe.publish_realtime(
            run.PROGRESS, {"name": name, "status": doc.status}, doctype=run_lock.IMPORT, docname=name
        )


def _why(error: Exception) -> str:
    """An error as the form shows it. Only what the app says itself: other errors name paths of the server."""
    if isinstance(error, frappe.ValidationError | frappe.PermissionError):
        return said(error)
    return problem_text.unexpected()


def _describe(doc: Document, found: source.Source) -> None:
    targets = found.targets()
    doc.update(
        {"file_name": found.table.path.name[:140], "file_digest": found.digest, "total_rows": found.records}
    )
    doubts = [asdict(doubt) for doubt in dates_in_doubt(found.mapping)]
    doc.dates_in_doubt = json.dumps(doubts, ensure_ascii=False) if doubts else None
    doc.set("columns", [])
    for column in found.profile.columns:
        example = column.examples[0] if column.examples else ""
        doc.append(
            "columns",
            {
                "heading": column.name[:140],
                "target": targets.get(column.name, ""),
                "example": example[:EXAMPLE_LENGTH],
            },
        )
