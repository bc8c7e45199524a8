"""Signal scans, back-tests of them, and what is decided about signals, over the wire."""

from datetime import date
from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.constants.signals import BACK_TEST, SCAN, SIGNAL
from complaint_qms.services.signals import adopting, age, comparing, deciding, starting


@frappe.whitelist(methods=["GET", "POST"])
@checked
def progress(name: str) -> dict[str, Any]:
    """How far a scan is: {name, status, progress (percent), alive, error_message, findings, new_signals}."""
    doc = frappe.get_doc(SCAN, name)
    doc.check_permission("read")
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def run_again(name: str) -> dict[str, Any]:
    """Run a scan that was interrupted; its progress."""
    doc = frappe.get_doc(SCAN, name)
    doc.check_permission("submit")
    starting.run_again(doc)
    return starting.progress_of(doc)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def by_age(name: str) -> dict[str, Any]:
    """How long after delivery complaints about a signal's product or batch come, of what the user may see: shares of its units by age in
    weeks, in percent, with intervals, and those of all units.

    Returns:
        {weeks, share, lower, upper, all, units, complaints, dated, expected, told}, or {} where it is not known
    """
    doc = frappe.get_doc(SIGNAL, name)
    doc.check_permission("read")
    return age.of_signal(doc)


@frappe.whitelist(methods=["POST"])
@checked
def start_review(name: str) -> dict[str, str]:
    """Take a new signal up: {name, state}."""
    doc = deciding.start_review(name)
    return {"name": doc.name, "state": doc.state}


@frappe.whitelist(methods=["POST"])
@checked
def decide(
    name: str, decision: str, reason: str = "", linked: str = "", until: date | None = None
) -> dict[str, str | None]:
    """Decide about a signal: `decision` is investigation, capa, watched (`until` a day) or set_aside (with a `reason`); `linked` an
    investigation or CAPA that is there already, else a new one is opened. Of a trend by Art. 88, for Regulatory Affairs:
    reportable_trend or no_reportable_trend (with a `reason`); `linked` a Reportability Assessment that goes with it.
    {name, state, investigation, capa, reportability_assessment}."""
    doc = deciding.decide_signal(name, deciding.SignalDecision(decision, reason, linked, until))
    return {
        "name": doc.name, "state": doc.state, "investigation": doc.investigation, "capa": doc.capa,
        "reportability_assessment": doc.reportability_assessment,
    }  # fmt: skip


@frappe.whitelist(methods=["GET", "POST"])
@checked
def back_test_progress(name: str) -> dict[str, Any]:
    """How far a back-test is: {name, status, progress (percent), alive, error_message}."""
    doc = frappe.get_doc(BACK_TEST, name)
    doc.check_permission("read")
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def run_back_test_again(name: str) -> dict[str, Any]:
    """Run a back-test that was stopped or interrupted; its progress."""
    doc = frappe.get_doc(BACK_TEST, name)
    doc.check_permission("submit")
    starting.run_again(doc)
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def stop_back_test(name: str) -> dict[str, Any]:
    """Stop a back-test that is under way; nothing of it is kept. Its progress."""
    doc = frappe.get_doc(BACK_TEST, name)
    doc.check_permission("submit")
    starting.stop_back_test(doc)
    return starting.progress_of(doc)


@frappe.whitelist(methods=["POST"])
@checked
def mark_finding(name: str, row: str, verdict: str = "") -> dict[str, str]:
    """Say whether a finding of a back-test was real: `verdict` is confirmed or not_confirmed; empty, it counts by what was decided about its
    complaints. {name, verdict}."""
    doc = comparing.mark_finding(name, row, verdict)
    return {"name": doc.name, "verdict": next(one.verdict or "" for one in doc.found if one.name == row)}


@frappe.whitelist(methods=["POST"])
@checked
def adopt_setting(name: str, row: str) -> dict[str, str]:
    """Have the scheduled scans of the company run with a setting of a back-test. {name, company, setting}."""
    doc = adopting.adopt(name, row)
    return {"name": doc.name, "company": doc.company, "setting": doc.adopted_setting}


@frappe.whitelist(methods=["POST"])
@checked
def use_last_again(company: str) -> None:
    """Have the scheduled scans of a company take over the choices of its last scan again."""
    adopting.use_last_again(company)
