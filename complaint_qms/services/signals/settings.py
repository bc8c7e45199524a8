"""What a scan record asks for, checked and as the engine takes it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, flt, getdate

from complaint_qms.constants.signals import COMPLETED, KINDS, SCAN
from complaint_qms.engine.signals.findings import FindingSettings
from complaint_qms.engine.signals.kind_scan import Wanted
from complaint_qms.engine.signals.types import Settings
from complaint_qms.services.record.input_validation import refuse

THRESHOLD = "threshold"
_LONGEST_WEEKS = 520


def kinds_of(scan: Document) -> list[str]:
    """What is scanned, in the order in which it is."""
    return [kind for kind in KINDS if cint(scan.get(f"by_{kind}"))]


def wanted_of(scan: Document) -> Wanted:
    """The numbers of a scan; all others are the engine's."""
    return Wanted(
        cint(scan.min_complaints),
        cint(scan.max_series),
        Settings(
            method=scan.method or None,
            alpha=flt(scan.alpha),
            fdr=flt(scan.false_discovery_rate),
            fdr_rule=scan.fdr_rule or "bh",
            min_count=cint(scan.min_complaints),
            baseline=cint(scan.baseline_weeks),
            guard=cint(scan.guard_weeks),
            **_threshold(scan),
        ),
    )


def all_numbers(scan: Document) -> dict[str, Any]:
    """Every number that the run rests on, the engine's own included, for the record."""
    wanted = wanted_of(scan)
    return {
        "least": wanted.least,
        "most": wanted.most,
        "scan": asdict(wanted.settings),
        "findings": asdict(FindingSettings()),
    }


def check_scan(scan: Document) -> None:
    """Raises:
    frappe.ValidationError: with every field that is out of range.
    """
    if wrong := wrong_of(scan):
        refuse(*wrong)


def wrong_of(scan: Document) -> list[str]:
    """A sentence for each field that is out of range."""
    wrong = []

    def label(field: str) -> str:
        return _(scan.meta.get_label(field), context=SCAN)

    if not scan.preset and not kinds_of(scan):
        wrong.append(_("By: choose at least one dimension."))
    if getdate(scan.as_of) > getdate():
        wrong.append(_("{0}: choose a day that is not in the future.").format(label("as_of")))
    if scan.history_from and getdate(scan.history_from) >= getdate(scan.as_of):
        wrong.append(_("{0}: choose a day before {1}.").format(label("history_from"), label("as_of")))
    for field, low, high in (
        ("observation_weeks", 1, _LONGEST_WEEKS),
        ("min_complaints", 1, 1_000_000),
        ("max_series", 1, 1_000_000),
        ("baseline_weeks", 12, _LONGEST_WEEKS),
        ("guard_weeks", 0, 52),
    ):
        if not low <= cint(scan.get(field)) <= high:
            wrong.append(_("{0}: enter a whole number from {1} to {2}.").format(label(field), low, high))
    for field, high in (("alpha", 0.1), ("false_discovery_rate", 0.5)):
        if not 1e-6 <= flt(scan.get(field)) <= high:
            wrong.append(_("{0}: enter a number from {1} to {2}.").format(label(field), "0.000001", high))
    if scan.method == THRESHOLD:
        if not 1 <= flt(scan.threshold_count) <= 1_000_000:
            wrong.append(
                _("{0}: enter a number from {1} to {2}.").format(label("threshold_count"), 1, 1_000_000)
            )
        if not 1 <= cint(scan.threshold_weeks) <= _LONGEST_WEEKS:
            told = _("{0}: enter a whole number from {1} to {2}.")
            wrong.append(told.format(label("threshold_weeks"), 1, _LONGEST_WEEKS))
    return wrong


def of_preset(preset: str | None) -> Any:
    """Filter for records of a preset; of none where it is empty."""
    return preset or ("is", "not set")


def carried_start(company: str, name: str) -> date | None:
    """The first week of the last completed scan of the company: sequential methods go on from where they stood."""
    found = frappe.get_all(
        SCAN,
        {
            "company": company,
            "status": COMPLETED,
            "docstatus": 1,
            "name": ("!=", name),
            "preset": ("is", "not set"),
        },
        ["first_week"],
        order_by="finished_at desc, name desc",
        limit=1,
    )
    return found[0].first_week if found else None


def _threshold(scan: Document) -> dict[str, Any]:
    """A fixed threshold's own two numbers, of no use to any other method."""
    if scan.method != THRESHOLD:
        return {}
    return {"threshold_count": flt(scan.threshold_count), "threshold_window": cint(scan.threshold_weeks)}
