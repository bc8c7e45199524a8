"""Runs a scan: reads, scans, finds, follows what was found before. One at a time for a company; a killed run leaves nothing behind."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import frappe
import numpy as np
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate, now_datetime

from complaint_qms import __version__
from complaint_qms.constants.signals import ART_88, COMPLETED, FAILED, RUNNING, SCAN
from complaint_qms.engine.message import Message
from complaint_qms.engine.signals.findings import Finding, find_findings
from complaint_qms.engine.signals.kind_scan import History, scan_kind
from complaint_qms.engine.signals.series import Periods
from complaint_qms.engine.signals.weekly import Deliveries
from complaint_qms.services import writing
from complaint_qms.services.importing.run_lock import Overtaken, exclusive_run
from complaint_qms.services.record.error_text import said
from complaint_qms.services.record.language import speaking
from complaint_qms.services.signals import following, settings, trend
from complaint_qms.services.signals.deliveries import deliveries_of
from complaint_qms.services.signals.facts import Describer, Facts, KeptScan
from complaint_qms.services.signals.reading import Complaints, read_complaints
from complaint_qms.services.signals.uncounted import read_uncounted
from complaint_qms.services.signals.words import json_value, packed

PROGRESS = "signal_scan_progress"
EXPLAINING = ("customer", "item", "batch", "type", "supplier", "region", "channel", "model")
"""Dimensions that may explain a rise whether they are scanned or not, as in a back-test."""


@dataclass(frozen=True)
class Rises:
    """What a scan comes to, before anything is written."""

    complaints: Complaints
    scans: list[KeptScan]
    findings: list[Finding]
    facts: list[Facts]
    digest: str
    watched: int = 0
    """Products that a trend by a plan was looked for of."""
    periods: Periods | None = None
    told: list[Message] = field(default_factory=list)
    """What is said beside the findings."""

    @property
    def signals(self) -> int:
        return sum(len(scan.watched.signals) for scan in self.scans)


def run_job(name: str, language: str | None = None) -> None:
    """The background job: what stops it is shown on its form, in the language of who started it."""
    with speaking(language or frappe.local.lang):
        try:
            run_scan(frappe.get_doc(SCAN, name))
        except Exception as error:
            frappe.db.rollback()
            if isinstance(error, Overtaken):
                frappe.clear_last_message()
                return
            frappe.log_error(
                title="Signal scan failed", message=frappe.get_traceback(), reference_doctype=SCAN, reference_name=name
            )  # fmt: skip
            writing.set_values(SCAN, name, {"status": FAILED, "error_message": why(error)[:1000]}, "scan")
            frappe.db.commit()
            _publish(name, FAILED, 0)


def run_scan(scan: Document) -> None:
    """Run a scan that was submitted and is not complete. Commits.

    Raises:
        Overtaken: another scan of the company runs.
    """
    overtaken = _("A scan of {0} is under way.").format(scan.company)
    with exclusive_run(lock_of(scan.company), overtaken=overtaken):
        scan.reload()
        if scan.status == COMPLETED:
            return
        began = monotonic()
        _note(scan, 1, status=RUNNING, started_at=now_datetime(), error_message=None)
        found = find_rises(scan, lambda share: _note(scan, share))
        values = _result(scan, found)
        values |= {"finished_at": now_datetime(), "seconds": round(monotonic() - began, 1)}
        _note(scan, 100, status=COMPLETED, **values)


def lock_of(company: str) -> str:
    """Name of the lock that a scan of a company holds."""
    return f"signal-scan:{company}"


def find_rises(scan: Document, tell: Callable[[int], None] = lambda share: None) -> Rises:
    """Everything that a scan finds; writes nothing."""
    as_of, kinds, wanted = getdate(scan.as_of), settings.kinds_of(scan), settings.wanted_of(scan)
    if scan.preset == ART_88:
        return _find_trends(scan, tell)
    since = (
        getdate(scan.history_from) if scan.history_from else settings.carried_start(scan.company, scan.name)
    )
    complaints = read_complaints(scan.company, as_of, since)
    tell(20)
    if not len(complaints):
        return Rises(complaints, [], [], [], complaints.digest)
    start = np.datetime64(since, "s") if since else complaints.start
    deliveries = deliveries_of(complaints, scan.company, start, as_of, kinds)
    tell(35)
    past = History(
        complaints.received, complaints.codes, complaints.sizes, start, np.datetime64(as_of), deliveries
    )
    scans = []
    for at, kind in enumerate(kinds):
        if one := scan_kind(kind, past, wanted):
            scans.append(KeptScan.of(one))
        tell(35 + 40 * (at + 1) // len(kinds))
    scanned = [one.watched.kind for one in scans]
    explaining = [kind for kind in EXPLAINING if len(complaints.labels[kind]) > 1 or kind in scanned]
    explaining += [kind for kind in scanned if kind not in (*explaining, "all")]
    columns = {kind: complaints.codes[kind] for kind in explaining}
    watched = [one.watched for one in scans]
    findings = find_findings(watched, columns, complaints.received, complaints.labels, complaints.harm)
    tell(90)
    facts = []
    if findings:
        uncounted = read_uncounted(scan.company, as_of, start.astype("datetime64[D]").item())
        describe = Describer(scans, complaints, scan, deliveries, uncounted)
        facts = [describe.facts(finding) for finding in findings]
    return Rises(
        complaints,
        scans,
        findings,
        facts,
        digest_of(complaints, deliveries),
        periods=watched[0].periods if watched else None,
    )


def digest_of(complaints: Complaints, deliveries: Deliveries) -> str:
    """SHA-256 over all that a scan reads."""
    found = hashlib.sha256(complaints.digest.encode())
    columns = [deliveries.item, deliveries.batch, deliveries.day.astype(np.int64), deliveries.units]
    for one in deliveries.elsewhere.values():
        columns += [one.code, one.batch, one.day.astype(np.int64), one.units]
    for column in columns:
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


def why(error: Exception) -> str:
    """Only what the app says itself: other errors name paths of the server."""
    if isinstance(error, frappe.ValidationError | frappe.PermissionError):
        return said(error)
    return _("An unexpected error stopped it. The Error Log has it.")


def _find_trends(scan: Document, tell: Callable[[int], None]) -> Rises:
    trend.check_reference(scan)  # one that waited since before a plan was asked for
    complaints, deliveries, facts, watched, matrix, told = trend.read_and_judge(scan, tell)
    digest = digest_of(complaints, deliveries) if deliveries is not None else complaints.digest
    return Rises(complaints, [], [], facts, digest, watched, matrix.periods if matrix else None, told)


def _result(scan: Document, found: Rises) -> dict[str, Any]:
    followed = following.follow_findings(scan, found.facts)
    periods = found.periods
    rows = [
        {
            **{name: facts.values[name] for name in ("title", "trend", "observed", "expected", "words")},
            "since": str(facts.values["since"]),
            "until": str(facts.values["until"]),
            "p": facts.values["p_value"],
            "signal": followed.of.get(at),
            **(_of_finding(found.findings[at], periods) if found.findings else {}),
        }
        for at, facts in enumerate(found.facts)
    ]  # fmt: skip
    return {
        "complaints_read": len(found.complaints),
        "series_scanned": found.watched or sum(len(one.watched.chosen) for one in found.scans),
        "weeks_scanned": len(periods) if periods else 0,
        "first_week": periods.starts[0].item() if periods else None,
        "last_day": (periods.end - 1).item() if periods else None,
        "weekly_signals": found.signals,
        "findings": len(found.facts),
        "new_signals": followed.made,
        "followed_signals": followed.kept,
        "faded_signals": followed.faded,
        "engine_version": __version__,
        "inputs_digest": found.digest,
        "result": json.dumps(
            {
                "numbers": _numbers(scan),
                "kinds": settings.kinds_of(scan),
                "findings": rows,
                **({"told": packed(found.told)} if found.told else {}),
            },
            ensure_ascii=False,
        ),
    }


def _of_finding(finding: Finding, periods: Periods) -> dict[str, Any]:
    """A finding as the engine gives it: every figure, its weeks by their labels."""
    return {
        "change": finding.change,
        "trend": finding.trend,
        "first": periods.label(finding.first),
        "last": periods.label(finding.last),
        "observed": finding.observed,
        "expected": json_value(finding.expected),
        "p": json_value(finding.p),
    }


def _numbers(scan: Document) -> dict[str, Any]:
    return trend.numbers_of(scan) if scan.preset == ART_88 else settings.all_numbers(scan)


def _note(scan: Document, share: int, **values: Any) -> None:
    writing.set_values(SCAN, scan.name, {"progress": share, **values}, "scan")
    scan.update({"progress": share, **values})
    frappe.db.commit()
    _publish(scan.name, scan.status, share)


def _publish(name: str, status: str, share: int) -> None:
    told = {"name": name, "status": status, "progress": cint(share)}
    frappe.publish_realtime(PROGRESS, told, doctype=SCAN, docname=name)
