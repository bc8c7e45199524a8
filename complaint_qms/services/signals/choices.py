"""The settings that a back-test compares, each as the scan that it would be; checked before any runs."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, getdate

from complaint_qms.constants.signals import (
    BACK_TEST,
    COMPLETED,
    DRAFT,
    KINDS,
    LONGEST_YEARS,
    MOST_TRIED,
    SCAN,
)
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.signals import settings
from complaint_qms.services.signals.starting import RESULTS

NUMBERS = (
    "method", "threshold_count", "threshold_weeks", "alpha", "false_discovery_rate", "fdr_rule", "min_complaints", "baseline_weeks",
    "guard_weeks",
)  # fmt: skip
"""Choices of a setting, by the names that they have in a scan."""
_COMMON = (*(f"by_{kind}" for kind in KINDS), "observation_weeks", "max_series")
_OF_RUN = (
    *(name for name in RESULTS if name not in ("weeks_scanned", "weekly_signals", "findings", "new_signals", "followed_signals", "faded_signals")),
    "stop_wanted", "result_digest", "weeks_walked", "scans_walked", "judged_from", "outbreaks", "adopted_setting", "adopted_by", "adopted_at",
)  # fmt: skip
OF_ROW = (
    "alarms", "alarms_a_month", "findings", "findings_a_month", "confirmed", "not_confirmed", "confirmed_share", "found_share", "delay_weeks",
    "complaints_at_alarm", "false_alarms_a_year", "quiet_series",
)  # fmt: skip
"""What the run alone writes about a setting."""


def choices_of(doc: Document, row: Document) -> dict[str, Any]:
    """Every choice of the scan that a setting of a back-test is."""
    return {**{name: doc.get(name) for name in _COMMON}, **{name: row.get(name) for name in NUMBERS}}


def scan_of(doc: Document, row: Document) -> Document:
    """That scan, as of the last day of the back-test; not stored."""
    scan = frappe.new_doc(SCAN)
    scan.update({"company": doc.company, "as_of": doc.as_of, **choices_of(doc, row)})
    return scan


def keep_results(doc: Document) -> None:
    """What a request sends as a result is put back."""
    guard.protect(doc, _OF_RUN)
    if doc.is_new():
        doc.status = DRAFT
    before = doc.get_doc_before_save()
    if before is None or before.docstatus.is_draft():  # what is sent along with the submission, too
        doc.set("found", [])
        for row in doc.tried:
            row.update(dict.fromkeys(OF_ROW))


def check_complete(doc: Document) -> None:
    """Raises:
    GateError: the back-test has no result, or counts no more.
    """
    if doc.status != COMPLETED or not doc.docstatus.is_submitted():
        told = _("{0} is not complete, or was cancelled. Choose one that is complete.")
        frappe.throw(told.format(escape_html(doc.name)), GateError)


def check_back_test(doc: Document) -> None:
    """Name settings that have no name, and check all of them.

    Raises:
        frappe.ValidationError: with everything that is out of range.
    """
    wrong = []

    def label(field: str) -> str:
        return _(doc.meta.get_label(field), context=BACK_TEST)

    if not 1 <= cint(doc.years) <= LONGEST_YEARS:
        wrong.append(_("{0}: enter a whole number from {1} to {2}.").format(label("years"), 1, LONGEST_YEARS))
    if len(doc.tried) > MOST_TRIED:
        wrong.append(_("{0}: compare up to {1}.").format(label("tried"), MOST_TRIED))
    if getdate(doc.as_of) > getdate():
        wrong.append(_("{0}: choose a day that is not in the future.").format(label("as_of")))
    for row in doc.tried:
        scan = scan_of(doc, row)
        scan.as_of = getdate()
        wrong += [told for told in settings.wrong_of(scan) if told not in wrong]
        row.setting_name = (row.setting_name or "").strip() or _default_name(row)
    names = [row.setting_name for row in doc.tried]
    if len(set(names)) < len(names):
        wrong.append(_("{0}: give each setting its own name.").format(label("tried")))
    if wrong:
        refuse(*wrong)


def _default_name(row: Document) -> str:
    if not row.method:
        return _("By the Rule")
    if row.method == settings.THRESHOLD:
        count = f"{row.threshold_count:g}"
        return _("{0} in {1} weeks").format(count, row.threshold_weeks)
    return word(row.method)
