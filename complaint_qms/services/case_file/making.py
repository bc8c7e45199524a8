"""The making of a file: asked for, done by a job as whoever asked, told when it is there, and recorded in the audit trail."""

from __future__ import annotations

import shutil
from datetime import timezone
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import format_datetime, get_datetime, now_datetime
from frappe.utils.background_jobs import is_job_enqueued

from complaint_qms import __version__
from complaint_qms.constants.case_file import MAKERS, READY
from complaint_qms.services.case_file import keeping, verify
from complaint_qms.services.case_file.archive import ArchiveWriter
from complaint_qms.services.case_file.binding import Binder, Progress
from complaint_qms.services.case_file.chapters import case_parts
from complaint_qms.services.case_file.files import CaseFile, case_files_of, fit_name
from complaint_qms.services.case_file.records import CaseRecords, record_data
from complaint_qms.services.case_file.signatures import case_signatures
from complaint_qms.services.case_file.talk import SaidThing, case_talk
from complaint_qms.services.case_file.trail import CaseTrail
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.compliance.audit_trail.sealing import last_link, seal
from complaint_qms.services.notify import outbox
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.site_time import aware, site_zone

PROGRESS: Final = "complaint_case_file"
"""Realtime event for whoever asked: {key, complaint, percent, status}."""
_METHOD: Final = f"{__name__}.make_file"
_TIMEOUT: Final = 25 * 60  # seconds
_PENDING: Final = (keeping.QUEUED, keeping.RUNNING)
_HERE: Final = Path(__file__).parent
LANGUAGES: Final = ("en", "zh")


def check_may_make(name: str) -> None:
    """Raises:
    frappe.PermissionError: the session's user has none of the roles, or may not read the complaint.
    """
    if not set(MAKERS) & set(frappe.get_roles()):
        told = _("The whole file of a complaint is made by {0}. Ask for one of these roles.")
        frappe.throw(told.format(", ".join(_(role) for role in MAKERS)), frappe.PermissionError)
    frappe.get_doc("Complaint", name).check_permission("read")


def request_file(name: str, language: str) -> dict[str, Any]:
    """Have the file of a complaint made; how it stands, as `standing` tells it. Asked twice, the one under way is told.

    Raises:
        frappe.PermissionError: as `check_may_make`.
        frappe.ValidationError: there is no such language.
    """
    check_may_make(name)
    language = language or (frappe.local.lang if frappe.local.lang in LANGUAGES else "en")
    if language not in LANGUAGES:
        refuse(_("“language” has to be one of {0}.").format(", ".join(LANGUAGES)))
    for key, state in keeping.places_of(frappe.session.user, name):
        if _current(key, state)["status"] in _PENDING:
            return file_standing(key, state)
    key = keeping.begin_state(frappe.session.user, name, language)
    frappe.enqueue(
        _METHOD, queue="long", timeout=_TIMEOUT, job_id=_job_id(key), enqueue_after_commit=True, key=key
    )
    return file_standing(key, keeping.case_state(key))


def standings(name: str) -> list[dict[str, Any]]:
    """How all stand that the session's user has asked for of a complaint, the newest first."""
    check_may_make(name)
    return [file_standing(key, _current(key, state)) for key, state in keeping.places_of(frappe.session.user, name)]  # fmt: skip


def file_standing(key: str, state: dict[str, Any]) -> dict[str, Any]:
    """{key, status, percent, language, error, asked_at, kept_until, pages, files, records, bytes, sha256, sha256_of_pdf}."""
    told = ("status", "percent", "language", "error", "pages", "files", "records", "bytes", "sha256", "sha256_of_pdf")  # fmt: skip
    moments = {"asked_at": format_datetime(state["asked_at"]), "kept_until": format_datetime(keeping.ends_at(state))}  # fmt: skip
    return {"key": key} | {name: state.get(name) for name in told} | moments


def made_file(key: str, part: str) -> str:
    """Where what was made is, below the private folder of the site.

    Args:
        part: "pdf" or "zip".

    Raises:
        frappe.PermissionError: somebody else asked for it, it is there no more, or its complaint is not open to the user any more.
    """
    state = keeping.case_state(key)
    if (
        state.get("user") != frappe.session.user
        or state.get("status") != keeping.DONE
        or part not in ("pdf", "zip")
    ):
        frappe.throw(_("This file is not there any more, or somebody else has asked for it. Have it made anew."), frappe.PermissionError)  # fmt: skip
    check_may_make(state["complaint"])
    return keeping.path_in_site(key, state[part])


def make_file(key: str) -> None:
    """The job, as who asked."""
    state = keeping.case_state(key)
    if not state or state["status"] != keeping.QUEUED:
        return
    _tell(key, status=keeping.RUNNING, percent=1)
    try:
        with print_language(state["language"]):
            made = _make(key, state)
        recording.exported(frappe.get_doc("Complaint", state["complaint"]), {part: made[part] for part in ("sha256", "sha256_of_pdf", "files", "pages")})  # fmt: skip
        _tell(key, status=keeping.DONE, percent=100, **made)
        _send(state)
    except Exception as error:
        frappe.db.rollback()
        frappe.log_error(title="The whole file of a complaint could not be made", message=frappe.get_traceback())  # fmt: skip
        known = isinstance(error, frappe.ValidationError | frappe.PermissionError)
        told = said(error) if known else _("It could not be made. The Error Log says why.")
        _tell(key, status=keeping.FAILED, error=told[:500])
        _send(state, told[:500])
    frappe.db.commit()


def _make(key: str, state: dict[str, Any]) -> dict[str, Any]:
    seal()
    records = CaseRecords.of_complaint(state["complaint"])
    talk = case_talk(records)
    files = case_files_of(records, talk)
    trail, signatures = CaseTrail(records, files), case_signatures(records)
    place, named, made_at = keeping.case_folder(key), fit_name(records.subject.name), now_datetime()
    pages = place / "pages"
    pages.mkdir(exist_ok=True)
    try:
        pdf = place / f"{named}.pdf"
        parts = list(case_parts(records, talk, signatures, trail))
        bound = Binder(pages, records, files, made_at).bind(parts, pdf, _percents(key, 5, 88))
    finally:
        shutil.rmtree(pages, ignore_errors=True)
    archive = place / f"{named}.zip"
    writer = ArchiveWriter(archive)
    try:
        sha256_of_pdf = writer.add_file(pdf.name, pdf)
        _fill(writer, records, talk, files, trail, signatures)
        writer.close(_manifest(records, state, made_at))
    finally:
        writer.discard()
    with archive.open("rb") as file:
        digest = verify.sums_of(file)[0]
    return {
        "pdf": pdf.name,
        "zip": archive.name,
        "pages": bound.pages,
        "files": len(files),
        "records": len(records.pairs()),
        "bytes": archive.stat().st_size,
        "sha256": digest,
        "sha256_of_pdf": sha256_of_pdf,
    }


def _fill(writer: ArchiveWriter, records: CaseRecords, talk: list[SaidThing], files: list[CaseFile], trail: CaseTrail, signatures: list[dict[str, Any]]) -> None:  # fmt: skip
    writer.add_file("verify.py", _HERE / "verify.py")
    writer.add_file("README.txt", _HERE / "readme.txt")
    writer.add_file("schema.json", _HERE / "schema.json")
    listed = []
    for number, doc in enumerate(records.documents(), start=1):
        entry = f"records/{number:04} {fit_name(doc.doctype)} {fit_name(doc.name)}.json"
        writer.add_json(entry, record_data(doc))
        listed.append({"doctype": doc.doctype, "name": doc.name, "entry": entry})
    writer.add_json("records.json", listed)
    writer.add_json("messages.json", [one.as_data() for one in talk])
    writer.add_json("signatures.json", signatures)
    writer.add_bytes("trail.jsonl", trail.lines())
    for file in files:
        if file.path:
            writer.add_file(file.entry, file.path)
    writer.add_json("files.json", [file.as_data() for file in files])


def _manifest(records: CaseRecords, state: dict[str, Any], made_at: Any) -> dict[str, Any]:
    head, doc = last_link(), records.subject
    return {
        "made_at": aware(made_at, site_zone()).astimezone(timezone.utc).isoformat(timespec="seconds"),
        "made_by": frappe.session.user,
        "made_with": f"complaint_qms {__version__}",
        "site": frappe.local.site,
        "language": state["language"],
        "subject": {"doctype": doc.doctype, "name": doc.name},
        "closed_to_maker": records.closed,
        "chain_head": {"sequence": head.sequence, "hash": head.hash},
    }


def _current(key: str, state: dict[str, Any]) -> dict[str, Any]:
    """How it stands; of one whose job was lost that it has failed."""
    if state["status"] not in _PENDING or is_job_enqueued(_job_id(key)):
        return state
    asked = get_datetime(state["asked_at"])
    if (now_datetime() - asked).total_seconds() < 20:  # it may be about to be put into the queue
        return state
    # It may have ended in the meantime.
    now = keeping.case_state(key)
    if now.get("status") not in _PENDING:
        return now
    return keeping.note_state(
        key, status=keeping.FAILED, error=_("The job was interrupted. Have it made anew.")
    )


def _percents(key: str, first: int, last: int) -> Progress:
    known = [first]

    def tell(share: float) -> None:
        percent = int(first + (last - first) * share)
        if percent > known[0]:
            known[0] = percent
            _tell(key, percent=percent)

    return tell


def _tell(key: str, **values: Any) -> None:
    state = keeping.note_state(key, **values)
    told = {
        "key": key,
        "complaint": state["complaint"],
        "percent": state["percent"],
        "status": state["status"],
    }
    frappe.publish_realtime(PROGRESS, told, user=state["user"])


def _send(state: dict[str, Any], error: str = "") -> None:
    if person := people_of([state["user"]]).get(state["user"]):
        name = state["complaint"]
        data = {"title": frappe.db.get_value("Complaint", name, "subject"), "error": error}
        outbox.send([outbox.Notice(READY, person, "Complaint", name, data)], now_datetime())


def _job_id(key: str) -> str:
    return f"complaint_qms_case_file_{key}"
