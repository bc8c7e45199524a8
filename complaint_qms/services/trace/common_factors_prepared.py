"""Common Factors where there is much to compare: a job works it out, and the report shows what it found.

The small case is answered at once. What a job found is kept for a day, for who asked it and as long as they may see the same; without it a
job is begun, once for the same question. It is none of the framework's Prepared Reports: to run it through `Report` would turn the whole
report into one for everybody after 15 s, whose results are handed to whoever names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import escape_html, format_datetime, now_datetime, sha256_hash
from frappe.utils.background_jobs import is_job_enqueued
from frappe.utils.synchronization import filelock

from complaint_qms.permissions.query import list_condition, restrictions
from complaint_qms.services.record.language import speaking
from complaint_qms.services.reporting.columns import sentences
from complaint_qms.services.trace.common_factors import FACTORS, CommonFactorsReport
from complaint_qms.services.trace.starts import COMPLAINT

MOST_AT_ONCE: Final = 3000
"""Batches and serial numbers in deliveries that are compared within a request; 20,000 take some fifteen seconds of processor."""
_FRESH: Final = 24 * 60 * 60  # seconds
_QUEUED: Final = "Queued"
_STARTED: Final = "Started"
_DONE: Final = "Completed"
_FAILED: Final = "Error"
_PENDING: Final = (_QUEUED, _STARTED)
_METHOD: Final = f"{__name__}.work_out"
_TIMEOUT: Final = 25 * 60  # seconds
_LISTED: Final = (COMPLAINT, "Customer", "Job Card", "Quality Inspection", "Employee")
_KEPT: Final = ("Company", "Warehouse", "Item", "Batch", "Serial No", "Supplier")


def run_or_wait(given: Mapping | str | None) -> tuple:
    """What the report shows: at once, of a job that has ended, or that one is at work."""
    report = CommonFactorsReport(given)
    if report.show != FACTORS or len(report.exposed.cells) <= MOST_AT_ONCE:
        return report.run()
    name = _name(report)
    state = _state(name)
    if state.get("status") == _DONE:
        return _shown(state)
    if state.get("status") == _FAILED:
        said = _("It could not be worked out. The Error Log says why; run it anew, or narrow the period.")
        return report.without_rows(sentences([escape_html(said), _anew()]))
    said = _("{0} batches and serial numbers in deliveries are compared. That takes a while, so that a job does it: what it finds is shown here as soon as it is there.")  # fmt: skip
    # The desk asks for a report by a request that writes nothing; it begins the job by another one.
    job = f'<span data-common-factors-job="{name if state else ""}"></span>'
    return report.without_rows(sentences([escape_html(said.format(len(report.exposed.cells))), job]))


def begin_anew(given: Mapping | str | None) -> str:
    """Have it worked out anew: the name of the job that does, or that is at it already."""
    report = CommonFactorsReport(given)
    name = _name(report)
    with filelock(f"complaint_qms_{name}", timeout=10):
        if not is_job_enqueued(_job_id(name)):
            _keep(name, _QUEUED)
            asked = {"asked": report.asked_for(), "name": name}
            frappe.enqueue(_METHOD, queue="long", timeout=_TIMEOUT, job_id=_job_id(name), **asked)
    return name


def progress(name: str) -> dict[str, Any]:
    """{status, percent} of a job that the session's user began.

    Raises:
        frappe.PermissionError: it is somebody else's.
    """
    state = _state(name)
    if not state:
        frappe.throw(_("You have not asked for this."), frappe.PermissionError)
    return {"status": state["status"], "percent": state["percent"]}


def work_out(asked: dict[str, str], name: str) -> None:
    """The job, as who asked."""
    try:
        # A job speaks the language of the site.
        filters = {key: value for key, value in asked.items() if key != "language"}
        with speaking(asked["language"]):
            report = CommonFactorsReport(filters)
            for percent, part in ((15, "exposed"), (45, "recorded"), (55, "groups"), (90, "found")):
                getattr(report, part)
                _keep(name, _STARTED, percent)
            shown = report.run()
            # What they may see since is another question, which nobody has asked yet.
            is_same = _name(report) == name
        _keep(name, _DONE if is_same else _FAILED, 100, shown if is_same else None)
    except Exception:
        _keep(name, _FAILED, 100)
        raise


def _name(report: CommonFactorsReport) -> str:
    """Of the question: who asks what, in which language, and what they may see."""
    user = frappe.session.user
    sight = [list_condition(doctype, user) for doctype in _LISTED]
    sight += [restrictions(doctype, user) for doctype in _KEPT]
    return sha256_hash(frappe.as_json([user, report.asked_for(), sorted(frappe.get_roles(user)), sight]))


def _job_id(name: str) -> str:
    return f"complaint_qms_common_factors_{name}"


def _key(name: str) -> str:
    return f"complaint_qms_common_factors:{frappe.session.user}:{name}"


def _keep(name: str, status: str, percent: int = 0, shown: tuple | None = None) -> None:
    state = {"status": status, "percent": percent, "at": now_datetime(), "shown": shown}
    frappe.cache.set_value(_key(name), state, expires_in_sec=_FRESH)


def _state(name: str) -> dict[str, Any]:
    """{status, percent, at, shown}; nothing where it was not asked."""
    state = _kept(name)
    if state.get("status") not in _PENDING or is_job_enqueued(_job_id(name)):
        return state
    # Ended meanwhile, or whoever was at it is gone.
    state = _kept(name)
    return state | {"status": _FAILED, "percent": 100} if state.get("status") in _PENDING else state


def _kept(name: str) -> dict[str, Any]:
    return frappe.cache.get_value(_key(name), expires=True) or {}


def _shown(state: dict[str, Any]) -> tuple:
    columns, rows, message, *rest = state["shown"]
    at: datetime = state["at"]
    when = _("Worked out by a job on {0}.").format(format_datetime(at))
    return columns, rows, sentences([f"{escape_html(when)} {_anew()}"]) + (message or ""), *rest


def _anew() -> str:
    label = _("Run Anew")
    return f'<button type="button" class="btn btn-xs btn-default" data-common-factors-anew="1">{escape_html(label)}</button>'
