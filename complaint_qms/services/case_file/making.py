"""The making of a file: asked for, done by a job as whoever asked, told when it is there, and recorded in the audit trail."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import format_datetime, now_datetime

from complaint_qms.constants.case_file import MAKERS, READY
from complaint_qms.services.case_file import keeping
from complaint_qms.services.case_file.standing import (
    LANGUAGES,
    PENDING,
    current_state,
    making_job,
    percents,
    tell_state,
)
from complaint_qms.services.case_file.whole import write_whole
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.compliance.audit_trail.sealing import seal
from complaint_qms.services.notify import outbox
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.input_validation import refuse

_METHOD: Final = f"{__name__}.make_file"
_TIMEOUT: Final = 25 * 60  # seconds


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
        if current_state(key, state)["status"] in PENDING:
            return file_standing(key, state)
    key = keeping.begin_state(frappe.session.user, name, language)
    frappe.enqueue(
        _METHOD, queue="long", timeout=_TIMEOUT, job_id=making_job(key), enqueue_after_commit=True, key=key
    )
    return file_standing(key, keeping.case_state(key))


def standings(name: str) -> list[dict[str, Any]]:
    """How all stand that the session's user has asked for of a complaint, the newest first."""
    check_may_make(name)
    return [file_standing(key, current_state(key, state)) for key, state in keeping.places_of(frappe.session.user, name)]  # fmt: skip


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
    tell_state(key, status=keeping.RUNNING, percent=1)
    try:
        with print_language(state["language"]):
            seal()
            made = write_whole(
                state["complaint"], keeping.case_folder(key), state["language"], percents(key, 5, 88)
            )
        recording.exported(frappe.get_doc("Complaint", state["complaint"]), {part: made[part] for part in ("sha256", "sha256_of_pdf", "files", "pages")})  # fmt: skip
        tell_state(key, status=keeping.DONE, percent=100, **made)
        _send(state)
    except Exception as error:
        frappe.db.rollback()
        frappe.log_error(title="The whole file of a complaint could not be made", message=frappe.get_traceback())  # fmt: skip
        known = isinstance(error, frappe.ValidationError | frappe.PermissionError)
        told = said(error) if known else _("It could not be made. The Error Log says why.")
        tell_state(key, status=keeping.FAILED, error=told[:500])
        _send(state, told[:500])
    frappe.db.commit()


def _send(state: dict[str, Any], error: str = "") -> None:
    if person := people_of([state["user"]]).get(state["user"]):
        name = state["complaint"]
        data = {"title": frappe.db.get_value("Complaint", name, "subject"), "error": error}
        outbox.send([outbox.Notice(READY, person, "Complaint", name, data)], now_datetime())
