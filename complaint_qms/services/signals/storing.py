"""Signals as records: made by a scan alone, their steps and their complaints written set-based."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.signals import CASES, SIGNAL, STEP
from complaint_qms.services import writing
from complaint_qms.services.acting_as import SITE
from complaint_qms.services.signals import confidential_cases
from complaint_qms.services.signals.facts import Facts

Step = tuple[str, str, Facts | None, str]
"""(signal, what, the finding, a note)"""


def make_signal(scan: Document, facts: Facts) -> str:
    """A new signal of a scan; its name."""
    doc = frappe.new_doc(SIGNAL)
    doc.update({**facts.values, "company": scan.company, "first_scan": scan.name, "last_scan": scan.name})
    doc.title = doc.title or scan.company
    doc.flags.by_scan = doc.flags.ignore_permissions = True
    # What complaints name may be gone by now: it is what was found all the same.
    doc.flags.ignore_links = True
    return doc.insert().name


def keep_as_stored(doc: Document) -> None:
    """What a scan or a decision wrote is nobody's to change, by whatever way a record is saved.

    Raises:
        frappe.PermissionError: a new one that no scan has found.
    """
    if doc.flags.by_scan or doc.flags.deciding:
        return
    before = doc.get_doc_before_save()
    if not before:
        frappe.throw(
            _("Signals are found by a scan. Start one: {0}, New.").format(_("Signal Scan")), frappe.PermissionError
        )  # fmt: skip
    for field in doc.meta.fields:
        if field.fieldname != "history":
            doc.set(field.fieldname, before.get(field.fieldname))
    doc.history = before.history


def add_steps(steps: Iterable[Step], scan: str | None, now: datetime, by: str = SITE) -> None:
    """Add what happened to the histories of signals, at their ends; two queries."""
    steps = list(steps)
    if not steps:
        return
    count = _last_places({name for name, *_rest in steps})
    rows = []
    for signal, what, facts, said in steps:
        count[signal] = count.get(signal, 0) + 1
        rows.append(
            {
                "parent": signal, "parenttype": SIGNAL, "parentfield": "history", "idx": count[signal], "at": now,
                "what": what, "scan": scan, "by": by, "said": said,
                "observed": facts.values["observed"] if facts else None,
                "expected": facts.values["expected"] if facts else None,
            }
        )  # fmt: skip
    writing.insert_rows(STEP, rows, now, by, "signal history")
    writing.drop_cached(SIGNAL, count)


def keep_cases(of: Mapping[str, Facts], now: datetime) -> None:
    """The complaints of signals anew: those that contribute, and those that say who may see its figures."""
    if not of:
        return
    frappe.db.delete(CASES, {"parenttype": SIGNAL, "parent": ("in", sorted(of))})
    rows: list[dict[str, Any]] = []
    for signal, facts in of.items():
        for names, contributes in ((facts.cases, 1), (facts.witnesses, 0)):
            rows += [
                {
                    "parent": signal, "parenttype": SIGNAL, "parentfield": "cases", "idx": at,
                    "complaint": name, "contributes": contributes,
                }
                for at, name in enumerate(confidential_cases.not_confidential(names), 1)
            ]  # fmt: skip
    writing.insert_rows(CASES, rows, now, SITE, "scan")


def cases_of(signal: str) -> list[str]:
    """Complaints that a signal is made of now, the earliest first."""
    return frappe.get_all(
        CASES, {"parenttype": SIGNAL, "parent": signal, "contributes": 1}, pluck="complaint", order_by="idx asc"
    )  # fmt: skip


def _last_places(names: set[str]) -> dict[str, int]:
    rows = frappe.get_all(
        STEP, {"parenttype": SIGNAL, "parent": ("in", sorted(names))}, ["parent", "idx"], order_by="idx asc"
    )  # fmt: skip
    return {row.parent: row.idx for row in rows}
