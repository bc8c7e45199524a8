"""The search for rises, as the demo's quality manager has it run: once two months ago, with a decision, and now; and what other settings
would have found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.signals import BACK_TEST, DISMISSED, SCAN, SIGNAL
from complaint_qms.demo.time_travel import at, into_office
from complaint_qms.services.signals import deciding, run, trying
from complaint_qms.services.signals.settings import THRESHOLD

_BEFORE = timedelta(weeks=8)


def search(company: str, manager: str, end: datetime, commit: Callable[[], None]) -> int:
    """Scan twice, and dismiss between what no batch explains; the number of signals."""
    then = into_office(end - _BEFORE)
    with at(then, manager):
        _scan(company, then)
        commit()
        about = {"company": company, "batch_no": ("is", "not set")}
        for name in frappe.get_all(SIGNAL, about, pluck="name", order_by="name asc"):
            reason = "Filed under another type until then: the type is new, the leaks are not."
            deciding.decide_signal(name, deciding.SignalDecision(DISMISSED, reason))
        commit()
    with at(end, manager):
        _scan(company, end)
        commit()
        _compare(company, end)
    commit()
    return frappe.db.count(SIGNAL, {"company": company})


def _scan(company: str, moment: datetime) -> Document:
    scan = frappe.new_doc(SCAN)
    scan.update({"company": company, "as_of": moment.date()})
    scan.flags.run_here = True
    scan.insert()
    scan.submit()
    run.run_scan(scan)
    return scan


def _compare(company: str, moment: datetime) -> None:
    """A back-test of the rule against a fixed threshold over the demo's year."""
    doc = frappe.new_doc(BACK_TEST)
    doc.update({"company": company, "as_of": moment.date(), "years": 1})
    doc.append("tried", {"setting_name": _("By the Rule")})
    fixed = {"method": THRESHOLD, "threshold_count": 5, "threshold_weeks": 4}
    doc.append("tried", {"setting_name": _("{0} in {1} weeks").format(5, 4), **fixed})
    doc.flags.run_here = True
    doc.insert()
    doc.submit()
    trying.run_back_test(doc)
