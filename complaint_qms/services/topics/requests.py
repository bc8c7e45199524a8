"""Who asks for texts to be read. Runs in web processes: nothing here loads arrays."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint

from complaint_qms.constants import roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.topic import sees_some
from complaint_qms.services.importing.run_lock import is_running
from complaint_qms.services.record.source_defaults import check_role

_FITTING: Final = "complaint_qms.services.topics.fitting.fit_all"
_READING: Final = "complaint_qms.services.topics.fitting.read_new"
_LOCK: Final = "complaint-topics"
_TIMEOUT: Final = 6 * 3600


def is_wanted() -> bool:
    """Whether the site lets topics be found."""
    return not cint(frappe.db.get_single_value(SETTINGS, "skip_topics"))


def enqueue_fit(by: str = "Administrator") -> None:
    """Have topics found by a worker; while one waits or runs there, no second one is added."""
    _enqueue(_FITTING, "complaint_qms_topics", by=by)


def enqueue_new() -> None:
    """Have complaints read that nobody has read yet."""
    _enqueue(_READING, "complaint_qms_topics_new")


def request_fit(by: str) -> dict[str, Any]:
    """{begun, text}: whether a worker is to find topics, and else why not.

    Raises:
        frappe.PermissionError: the user has no say in it, or sees but some of the complaints.
    """
    check_role(_("have topics found"), roles.MANAGER, roles.QUALITY_MANAGER, "System Manager")
    if sees_some(by):
        frappe.throw(
            _("Topics are found in all complaints, and you see some of them. Ask somebody without User Permissions."),
            frappe.PermissionError,
        )  # fmt: skip
    if not is_wanted():
        return {
            "begun": False,
            "text": _(
                "Topics are switched off: clear Do Not Read Texts for Topics in Complaint QMS Settings."
            ),
        }
    if is_running(_LOCK):
        return {"begun": False, "text": _("Texts are being read for topics already.")}
    enqueue_fit(by)
    return {
        "begun": True,
        "text": _("A worker reads all complaints. The topics appear in this list when it has."),
    }


def _enqueue(method: str, job: str, **more: Any) -> None:
    frappe.enqueue(method, queue="long", timeout=_TIMEOUT, job_id=job, deduplicate=True, enqueue_after_commit=True, **more)  # fmt: skip
