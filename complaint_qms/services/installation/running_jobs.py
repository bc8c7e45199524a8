"""Whether the jobs that the app lives by are on the site and run."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe import _
from frappe.utils.scheduler import is_scheduler_disabled

from complaint_qms.services.installation.finding import AS_EXPECTED, WRONG, InstallationResult
from complaint_qms.services.record.language import comma_list


def compare_jobs() -> Iterable[InstallationResult]:
    """What of them is missing or stopped."""
    part = _("Jobs")
    rows = {
        row.method: row.stopped
        for row in frappe.get_all(
            "Scheduled Job Type",
            {"method": ("like", "complaint_qms.%")},
            ["method", "stopped"],
            order_by="method",
        )
    }
    wanted = set(_methods(frappe.get_hooks("scheduler_events", app_name="complaint_qms")))
    wrong = []
    if missing := sorted(wanted - rows.keys()):
        wrong.append(_("Jobs are not on this site: {0}. Run bench migrate.").format(comma_list(missing)))
    if stopped := sorted(name for name in wanted if rows.get(name)):
        wrong.append(
            _("Jobs are stopped: {0}. Open their Scheduled Job Type and clear Stopped.").format(
                comma_list(stopped)
            )
        )
    if is_scheduler_disabled(verbose=False):
        wrong.append(
            _("The scheduler is off: clocks, mails and scans stand still. Run bench enable-scheduler.")
        )
    if wrong:
        yield from (InstallationResult(part, WRONG, sentence) for sentence in wrong)
    else:
        yield InstallationResult(
            part, AS_EXPECTED, _("{0} jobs are on this site, and the scheduler is on.").format(len(wanted))
        )


def _methods(events: dict) -> Iterable[str]:
    for kind, methods in events.items():
        if kind == "cron":
            yield from (method for several in methods.values() for method in several)
        else:
            yield from methods
