"""The job of an approved disposal: one case after another, each in its own transaction, so that what was stopped in the middle goes on
where it was, and nothing of a case is left half done."""

from __future__ import annotations

import json
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.retention import DISPOSAL, DISPOSED, DONE, GONE, KEPT_ON, UNDER_WAY, WAITING
from complaint_qms.services import writing
from complaint_qms.services.disposal.connected import Case, cases_of
from complaint_qms.services.disposal.judging import why_kept_by_case
from complaint_qms.services.disposal.proposing import row_counts
from complaint_qms.services.disposal.removal import Content, case_content, remove_bytes, remove_case
from complaint_qms.services.record.language import speaking
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.timeline import Text, line, note_on

PROGRESS: Final = "complaint_qms_disposal"
_METHOD: Final = "complaint_qms.services.disposal.running.run_disposal"
_TIMEOUT: Final = 6 * 3600
_WHY: Final = "disposal"


def start_disposal(name: str) -> None:
    """Have an approved disposal done; asked twice, once."""
    frappe.enqueue(
        _METHOD, queue="long", timeout=_TIMEOUT, job_id=f"complaint_qms_disposal_{name}", deduplicate=True,
        enqueue_after_commit=True, name=name,
    )  # fmt: skip


def start_left_disposals() -> None:
    """The scheduler's: those whose job was lost go on."""
    for name in frappe.get_all(DISPOSAL, {"status": UNDER_WAY}, pluck="name", order_by="approved_at asc, name asc"):  # fmt: skip
        start_disposal(name)


def run_disposal(name: str) -> None:
    """Remove what was approved, case by case. Commits after each; a case that fails is logged and left for the next time."""
    failed: set[str] = set()
    while True:
        doc = _under_way(name)
        if not doc:
            return
        _remove_left_bytes(doc)
        waiting = [row for row in doc.records if row.state == WAITING and row.complaint not in failed]
        if not waiting:
            break
        try:
            _do_case(doc, waiting[0].complaint)
            frappe.db.commit()
        except Exception:
            frappe.db.rollback()
            frappe.log_error(
                title="A disposed complaint could not be removed", message=frappe.get_traceback()
            )
            frappe.db.commit()
            failed.add(waiting[0].complaint)
        _tell(name)
    if not failed:
        _end(doc)
    frappe.db.commit()
    _tell(name)


def _under_way(name: str) -> Document | None:
    """The disposal as it is this moment, held until the transaction ends; None where there is nothing to do with it."""
    held = lock_rows(DISPOSAL, [name], "status")
    return frappe.get_doc(DISPOSAL, name) if held and held[name].status == UNDER_WAY else None


def _do_case(doc: Document, complaint: str) -> None:
    (case,) = cases_of([complaint])
    rows = {row.complaint: row for row in doc.records if row.state == WAITING}
    language = frappe.db.get_value("User", doc.approved_by, "language") or frappe.local.lang
    with speaking(language):
        why = why_kept_by_case([case], doc.reason, allowed=rows, held=True)
    mine = [rows[name] for name in case.complaints if name in rows]
    if any(why.values()):
        for row in mine:
            _write(row, state=KEPT_ON, why_kept=why.get(row.complaint) or "")
    else:
        content, now = case_content(case), now_datetime()
        stones = {row.complaint: _tombstone(doc, row, case, content) for row in mine}
        left = remove_case(case, content, stones, f"{_WHY} {doc.name}")
        for number, row in enumerate(mine):
            told = {"files": len(content.files), "bytes": content.bytes} if not number else {}
            _write(row, state=GONE, sha256=content.sha256, removed_at=now, left_files=json.dumps(left) if left and not number else None, **told)  # fmt: skip
    doc.reload()
    writing.set_values(DISPOSAL, doc.name, row_counts(doc), _WHY)


def _tombstone(doc: Document, row: Any, case: Case, content: Content) -> dict[str, Any]:
    others = [name for name in case.complaints if name != row.complaint]
    return {
        "by": doc.name,
        "class": row.record_class,
        "received_on": str(row.received_on or ""),
        "closed_on": str(row.closed_on or ""),
        "retain_until": str(row.retain_until or ""),
        "records": [name for _kind, name in case.linked] + others,
        "files": len(content.files),
        "bytes": content.bytes,
        "sha256": content.sha256,
        "proposed_by": doc.proposed_by,
        "approved_by": doc.approved_by,
        "reason": doc.reason,
    }


def _remove_left_bytes(doc: Document) -> None:
    """What was removed and committed leaves its files on the disk until here; a job that is killed in between does it the next time."""
    for row in doc.records:
        if row.left_files:
            remove_bytes(json.loads(row.left_files))
            _write(row, left_files=None)
            frappe.db.commit()
            lock_rows(DISPOSAL, [doc.name])


def _end(doc: Document) -> None:
    writing.set_values(DISPOSAL, doc.name, {"status": DONE, "done_at": now_datetime()}, _WHY)
    states = row_counts(doc)
    note_on(doc, line("Disposed of {0} complaints, {1} kept", Text(str(states["removed"])), Text(str(states["kept_on"]))))  # fmt: skip


def _write(row: Any, **values: Any) -> None:
    writing.set_values(DISPOSED, row.name, values, _WHY)


def _tell(name: str) -> None:
    frappe.publish_realtime(PROGRESS, {"name": name}, doctype=DISPOSAL, docname=name)
