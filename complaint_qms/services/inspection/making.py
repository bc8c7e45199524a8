"""The making of an index: asked for, done by a job as whoever asked, told when it is there, and recorded in the audit trail."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import format_datetime, get_url_to_report, now_datetime

from complaint_qms.constants.case_file import READY
from complaint_qms.constants.inspection import ASKERS, MOST_LISTED, MOST_WHOLE, REGISTER
from complaint_qms.message_log import messages_dropped_on
from complaint_qms.services.case_file import keeping, verify
from complaint_qms.services.case_file.archive import ArchiveWriter
from complaint_qms.services.case_file.files import fit_name
from complaint_qms.services.case_file.standing import (
    LANGUAGES,
    PENDING,
    current_state,
    making_job,
    percents,
    tell_state,
)
from complaint_qms.services.case_file.whole import add_readme, archive_digest, manifest_head, write_whole
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.compliance.audit_trail.accesses import exported_index
from complaint_qms.services.compliance.audit_trail.sealing import seal
from complaint_qms.services.inspection.binding import bind_index
from complaint_qms.services.inspection.chapters import IndexContent
from complaint_qms.services.inspection.listed import count_of, listed_complaints
from complaint_qms.services.inspection.overdue import late_things
from complaint_qms.services.inspection.related import RelatedRecords
from complaint_qms.services.inspection.scope import InspectionScope
from complaint_qms.services.notify import outbox
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.input_validation import refuse

_METHOD: Final = f"{__name__}.make_index"
_TIMEOUT: Final = 3 * 60 * 60  # seconds
_SPARE: Final = 200_000_000
"""Bytes that stay free on the disk."""
_HERE: Final = Path(__file__).parent
_CASES: Final = "cases"
_REFUSED: Final = (frappe.ValidationError, frappe.PermissionError)


def check_may_ask() -> None:
    """Raises:
    frappe.PermissionError: the session's user has none of the roles.
    """
    if not set(ASKERS) & set(frappe.get_roles()):
        told = _("An inspector's index is made by {0}. Ask for one of these roles.")
        frappe.throw(told.format(", ".join(_(role) for role in ASKERS)), frappe.PermissionError)


def preview(filters: Mapping[str, Any] | str) -> dict[str, Any]:
    """{about, complaints, open, overdue, bytes: of their files, most_listed, most_whole, refusal: why no index is made, whole_refusal: why none with
    whole files; each empty where nothing stands against it}."""
    check_may_ask()
    scope = InspectionScope.read(filters)
    counts, about = count_of(scope), {"about": scope.sentence()}
    limits = {"most_listed": MOST_LISTED, "most_whole": MOST_WHOLE}
    return about | counts | limits | {"refusal": _refusal(counts), "whole_refusal": _whole_refusal(counts)}


def request_index(filters: Mapping[str, Any] | str, language: str, whole_files: bool) -> dict[str, Any]:
    """Have an index made; how it stands, as `index_standing` tells it. Asked while another is under way, that one is told.

    Args:
        filters: as `InspectionScope.read` takes them.
        whole_files: with an archive that holds the whole file of each complaint.

    Raises:
        frappe.PermissionError: as `check_may_ask`, or it asks by a field that the user may not read.
        frappe.ValidationError: there is no such language, nothing or too much is asked for.
    """
    check_may_ask()
    scope = InspectionScope.read(filters)
    language = language or (frappe.local.lang if frappe.local.lang in LANGUAGES else "en")
    if language not in LANGUAGES:
        refuse(_("“language” has to be one of {0}.").format(", ".join(LANGUAGES)))
    counts = count_of(scope)
    if why := _refusal(counts) or (whole_files and _whole_refusal(counts)):
        refuse(why)
    for key, state in keeping.places_of(frappe.session.user, ""):
        if current_state(key, state)["status"] in PENDING:
            return index_standing(key, state)
    key = keeping.begin_state(
        frappe.session.user, "", language, scope=dict(scope.given), whole_files=bool(whole_files)
    )
    frappe.enqueue(
        _METHOD, queue="long", timeout=_TIMEOUT, job_id=making_job(key), enqueue_after_commit=True, key=key
    )
    return index_standing(key, keeping.case_state(key))


def index_standings() -> list[dict[str, Any]]:
    """How all stand that the session's user has asked for, the newest first."""
    check_may_ask()
    return [index_standing(key, current_state(key, state)) for key, state in keeping.places_of(frappe.session.user, "")]  # fmt: skip


def index_standing(key: str, state: dict[str, Any]) -> dict[str, Any]:
    """{key, status, percent, language, error, about, whole_files, asked_at, kept_until, pages, complaints, files, bytes, sha256, sha256_of_pdf}."""
    told = ("status", "percent", "language", "error", "whole_files", "pages", "complaints", "files", "bytes", "sha256", "sha256_of_pdf")  # fmt: skip
    moments = {"asked_at": format_datetime(state["asked_at"]), "kept_until": format_datetime(keeping.ends_at(state))}  # fmt: skip
    return {"key": key, "about": _about(state)} | {name: state.get(name) for name in told} | moments


def made_index(key: str, part: str) -> str:
    """Where what was made is, below the private folder of the site.

    Args:
        part: "pdf" or "zip".

    Raises:
        frappe.PermissionError: somebody else asked for it, it is there no more, or the user has none of the roles any more.
    """
    check_may_ask()
    state = keeping.case_state(key)
    mine = state.get("user") == frappe.session.user and state.get("status") == keeping.DONE
    if not mine or state.get("complaint") or part not in ("pdf", "zip") or not state.get(part):
        frappe.throw(_("This file is not there any more, or somebody else has asked for it. Have it made anew."), frappe.PermissionError)  # fmt: skip
    return keeping.path_in_site(key, state[part])


def make_index(key: str) -> None:
    """The job, as who asked."""
    state = keeping.case_state(key)
    if not state or state["status"] != keeping.QUEUED:
        return
    tell_state(key, status=keeping.RUNNING, percent=1)
    try:
        check_may_ask()
        with print_language(state["language"]):
            made, whole = _make(key, state)
        asked = {name: made[name] for name in ("complaints", "sha256", "sha256_of_pdf", "pages")}
        exported_index(state["scope"], asked)
        for name, parts in whole.items():
            recording.exported(frappe.get_doc("Complaint", name), parts)
        tell_state(key, status=keeping.DONE, percent=100, **made)
        _send(state)
    except Exception as error:
        frappe.db.rollback()
        frappe.log_error(title="An inspector's index could not be made", message=frappe.get_traceback())
        known = isinstance(error, _REFUSED)
        told = said(error) if known else _("It could not be made. The Error Log says why.")
        if keeping.case_state(key):  # unless a complaint of it is gone, and it with that
            tell_state(key, status=keeping.FAILED, error=told[:500])
        _send(state, told[:500])
    frappe.db.commit()


def _make(key: str, state: dict[str, Any]) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What was made, and of each complaint whose whole file went into it {sha256, sha256_of_pdf, files, pages}."""
    seal()
    scope, place, now = InspectionScope.read(state["scope"]), keeping.case_folder(key), now_datetime()
    rows = listed_complaints(scope)
    keeping.note_listed(key, [row["name"] for row in rows])
    related = RelatedRecords.of_complaints(rows)
    content = IndexContent(rows, related, late_things(rows, related, now), now, bool(state["whole_files"]))
    cases, pages = place / _CASES, place / "pages"
    whole: dict[str, dict[str, Any]] = {}
    try:
        if content.is_whole:
            whole = _write_cases(key, rows, cases, state["language"])
        pages.mkdir(exist_ok=True)
        pdf = place / "inspection-index.pdf"
        count = bind_index(scope, content, pages, pdf)
        made = {"pdf": pdf.name, "pages": count, "complaints": len(rows), "files": len(whole), "sha256_of_pdf": archive_digest(pdf), "sha256": ""}  # fmt: skip
        tell_state(key, percent=90)
        return (
            made | _archive(scope, content, place, state["language"]) if content.is_whole else made
        ), whole
    finally:
        shutil.rmtree(pages, ignore_errors=True)
        shutil.rmtree(cases, ignore_errors=True)


def _write_cases(key: str, rows: list[dict[str, Any]], cases: Path, language: str) -> dict[str, dict[str, Any]]:  # fmt: skip
    """Write the archive of each complaint, one after another; those that cannot be made say why in the index."""
    whole, tell = {}, percents(key, 2, 85)
    for number, row in enumerate(rows, start=1):
        place = cases / f"{number:04}"
        place.mkdir(parents=True)
        try:
            made = write_whole(row["name"], place, language, lambda share: None)
        except _REFUSED as error:
            row["file_error"] = said(error)[:300]
        else:
            archive = cases / f"{number:04}.zip"
            (place / made["zip"]).rename(archive)
            row |= {name: made[name] for name in ("sha256", "pages", "files", "bytes")}
            row |= {"entry": f"{_CASES}/{number:04} {fit_name(row['name'])}.zip", "path": archive}
            whole[row["name"]] = {part: made[part] for part in ("sha256", "sha256_of_pdf", "files", "pages")}
        shutil.rmtree(place)
        tell(number / len(rows))
    return whole


def _archive(scope: InspectionScope, content: IndexContent, place: Path, language: str) -> dict[str, Any]:
    """The archive: the script that checks it, the document, the index as data, the archive of each complaint."""
    path = place / "inspection-index.zip"
    writer = ArchiveWriter(path)
    try:
        add_readme(writer, _HERE)
        writer.add_file("index.pdf", place / "inspection-index.pdf")
        writer.add_json("index.json", _as_data(scope, content))
        for row in content.rows:
            if row.get("path"):
                writer.add_file(row["entry"], row["path"])
                row["path"].unlink()
        head = manifest_head(language, content.now)
        head |= {"format": verify.INDEX_FORMAT, "version": verify.INDEX_VERSION}
        writer.close(head | {"closed_to_maker": content.related.closed})
    finally:
        writer.discard()
    return {"zip": path.name, "bytes": path.stat().st_size, "sha256": archive_digest(path)}


def _as_data(scope: InspectionScope, content: IndexContent) -> dict[str, Any]:
    def plain(row: Mapping[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in row.items() if name != "path"}
        return {name: value if isinstance(value, int | float | None) else str(value) for name, value in shown.items()}  # fmt: skip

    related = content.related
    return {
        "asked": dict(scope.given),
        "counts": content.counts(),
        "complaints": [plain(row) for row in content.rows],
        "late": [one.as_data() for one in content.late],
        "records": {kind: [plain(row) | {"complaints": related.complaints(kind, row["name"])} for row in rows] for kind, rows in related.of.items()},
        "open_actions": [plain(row) for row in related.actions],
    }  # fmt: skip


def _refusal(counts: Mapping[str, int]) -> str:
    if not counts["complaints"]:
        return _("No complaint that you may see belongs to this index.")
    if counts["complaints"] > MOST_LISTED:
        return _("An index lists {0} complaints at most, and these are {1}. Choose a shorter period or fewer products.").format(MOST_LISTED, counts["complaints"])  # fmt: skip
    return ""


def _whole_refusal(counts: Mapping[str, int]) -> str:
    if counts["complaints"] > MOST_WHOLE:
        return _("An archive holds the whole files of {0} complaints at most, and these are {1}. Choose a shorter period, or the index alone.").format(MOST_WHOLE, counts["complaints"])  # fmt: skip
    if counts["bytes"] > verify.MOST_BYTES:
        return _("The files of these complaints are too large for one archive, which holds 4 GB at most. Choose fewer complaints, or the index alone.")  # fmt: skip
    # The archives of the complaints lie beside the one that they go into.
    if 3 * counts["bytes"] + _SPARE > shutil.disk_usage(frappe.get_site_path("private")).free:
        return _("There is not enough room on the disk of the site for these files. Choose fewer complaints, or the index alone.")  # fmt: skip
    return ""


def _about(state: Mapping[str, Any]) -> str:
    """What was asked, in the present language; empty where the user may no longer ask so."""
    try:
        with messages_dropped_on(*_REFUSED):
            return InspectionScope.read(state.get("scope")).sentence()
    except _REFUSED:
        return ""


def _send(state: Mapping[str, Any], error: str = "") -> None:
    if person := people_of([state["user"]]).get(state["user"]):
        notice = outbox.Notice(READY, person, "Report", REGISTER, {"title": "", "error": error}, link=get_url_to_report(REGISTER))  # fmt: skip
        outbox.send([notice], now_datetime())
