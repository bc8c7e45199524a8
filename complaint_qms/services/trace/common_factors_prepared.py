"""Common Factors where there is much to compare: a Prepared Report of the framework works it out in a job, and the report shows it.

The small case is answered at once. A result of the last day is shown again, with its time; without one a job is begun, once for the same
question of the same user.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import frappe
from frappe import _
from frappe.core.doctype.prepared_report.prepared_report import (
    make_prepared_report,
    process_filters_for_prepared_report,
)
from frappe.utils import cint, escape_html, format_datetime, now_datetime, sha256_hash

from complaint_qms.services.record.language import speaking
from complaint_qms.services.reporting.columns import sentences
from complaint_qms.services.reporting.filters import read_object
from complaint_qms.services.trace.common_factors import FACTORS, REPORT, CommonFactorsReport

MOST_AT_ONCE: Final = 3000
"""Batches and serial numbers in deliveries that are compared within a request; 20,000 take some fifteen seconds of processor."""
_FRESH: Final = timedelta(days=1)
_PENDING: Final = ("Queued", "Started")
_DONE: Final = "Completed"
_DOCTYPE: Final = "Prepared Report"


def run_or_wait(given: Mapping | str | None) -> tuple:
    """What the report shows: at once, of a job that has ended, or that one is at work."""
    report = CommonFactorsReport(given)
    if _in_job():
        # A job speaks the language of the site.
        with speaking(str(read_object(given).get("language") or frappe.local.lang)):
            return _with_progress(report)
    if report.show != FACTORS or len(report.exposed.cells) <= MOST_AT_ONCE:
        return report.run()
    last = _last(report)
    if last and last.status == _DONE:
        return _shown(last)
    if last and last.status not in _PENDING:
        said = _(
            "It could not be worked out. Prepared Report {0} says why; run it anew, or narrow the period."
        )
        return report.without_rows(sentences([escape_html(said.format(last.name)), _anew()]))
    said = _("{0} batches and serial numbers in deliveries are compared. That takes a while, so that a job does it: what it finds is shown here as soon as it is there.")  # fmt: skip
    # The desk asks for a report by a request that writes nothing; it begins the job by another one.
    job = f'<span data-common-factors-job="{escape_html(last.name if last else "")}"></span>'
    return report.without_rows(sentences([escape_html(said.format(len(report.exposed.cells))), job]))


def begin_anew(given: Mapping | str | None) -> str:
    """Have it worked out anew: the name of the job that does, or that is at it already."""
    report = CommonFactorsReport(given)
    last = _last(report, statuses=_PENDING)
    return last.name if last else make_prepared_report(REPORT, report.asked_for())["name"]


def progress(name: str) -> dict[str, Any]:
    """{status, percent} of a job that the session's user began.

    Raises:
        frappe.PermissionError: it is somebody else's.
    """
    asked = {"name": name, "owner": frappe.session.user, "report_name": REPORT}
    found = frappe.db.get_value(_DOCTYPE, asked, ["status", "filters"], as_dict=True)
    if not found:
        frappe.throw(_("You have not asked for this."), frappe.PermissionError)
    percent = 100 if found.status not in _PENDING else cint(frappe.cache.get_value(_key(found.filters)))
    return {"status": found.status, "percent": percent}


def _in_job() -> bool:
    return bool(getattr(frappe.local, "job", None))


def _with_progress(report: CommonFactorsReport) -> tuple:
    key = _key(_filters(report))
    for percent, part in ((15, "exposed"), (45, "recorded"), (55, "groups"), (90, "found")):
        getattr(report, part)
        frappe.cache.set_value(key, percent, expires_in_sec=3600)
    return report.run()


def _key(filters: str) -> str:
    return f"complaint_qms_common_factors:{frappe.session.user}:{sha256_hash(filters)}"


def _last(report: CommonFactorsReport, statuses: tuple[str, ...] = ()) -> frappe._dict | None:
    """The newest of the last day by which the session's user has asked the same."""
    wanted = {
        "report_name": REPORT, "owner": frappe.session.user, "filters": _filters(report), "creation": (">", now_datetime() - _FRESH),
    } | ({"status": ("in", statuses)} if statuses else {})  # fmt: skip
    fields = ["name", "status", "creation", "report_end_time"]
    found = frappe.get_all(_DOCTYPE, wanted, fields, order_by="creation desc", limit=1)
    return found[0] if found else None


def _filters(report: CommonFactorsReport) -> str:
    return process_filters_for_prepared_report(report.asked_for())


def _shown(last: frappe._dict) -> tuple:
    data = json.loads(frappe.get_doc(_DOCTYPE, last.name).get_prepared_data())
    when = _("Worked out by a job on {0}.").format(format_datetime(last.report_end_time or last.creation))
    message = sentences([f"{escape_html(when)} {_anew()}"]) + (data.get("message") or "")
    return data["columns"], data["result"], message, None, data.get("report_summary") or [], True


def _anew() -> str:
    label = _("Run Anew")
    return f'<button type="button" class="btn btn-xs btn-default" data-common-factors-anew="1">{escape_html(label)}</button>'
