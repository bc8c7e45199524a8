"""What the settings of a back-test come to, side by side: findings as rows, what was decided about them, figures of each setting."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.signals import (
    BACK_TEST,
    COMPLETED,
    CONFIRMED,
    FIELDS,
    MARKED,
    MOST_OUTBREAKS,
    NOT_CONFIRMED,
    OF_COMPLAINT,
    OUTBREAK,
    TRIED,
)
from complaint_qms.engine.signals.findings import Finding
from complaint_qms.engine.signals.findings.types import Parts
from complaint_qms.engine.signals.outbreaks import Outbreak
from complaint_qms.services import writing
from complaint_qms.services.acting_as import SITE
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.signals import adopting, settings
from complaint_qms.services.signals.choices import OF_ROW, check_complete, scan_of
from complaint_qms.services.signals.facts import cause_key
from complaint_qms.services.signals.past_walk import Past, Tried, outbreaks_of, result_digest
from complaint_qms.services.signals.verdicts import Asked, verdicts
from complaint_qms.services.signals.words import json_value, packed, paragraph

_NAMED = 100
"""Complaints of a finding that are kept by name; the others are found by what they have in common."""
_MONTH = 365.25 / 12 / 7
"""Weeks of a month."""


def keep_result(doc: Document, past: Past | None, tried: list[Tried]) -> dict[str, Any]:
    """Write the findings and figures of a run; the fields of the record itself are given back."""
    frappe.db.delete(OUTBREAK, {"parent": doc.name, "parenttype": BACK_TEST})
    if past is None:
        return {"complaints_read": 0, "outbreaks": 0, "result": json.dumps({"settings": []})}
    rows = _rows(doc, past, tried)
    if rows:
        writing.insert_rows(OUTBREAK, rows, now_datetime(), SITE, "back-test")
    result = {
        "kinds": settings.kinds_of(scan_of(doc, doc.tried[0])),
        "months": _months(past),
        "settings": [_told(doc, row, one, past) for row, one in zip(doc.tried, tried, strict=True)],
        "more": max(0, len(outbreaks_of(tried)) - MOST_OUTBREAKS),
    }
    doc.result = json.dumps(result, ensure_ascii=False)
    _write_figures(doc, rows, result, len(past.periods) - past.first)
    starts = past.periods.starts
    return {
        "complaints_read": len(past.complaints),
        "series_scanned": max(one.series for one in tried),
        "weeks_walked": len(past.periods) - past.first,
        "scans_walked": len(past.steps) - 1,
        "first_week": starts[0].item(),
        "judged_from": starts[past.first].item(),
        "last_day": (past.periods.end - 1).item(),
        "outbreaks": len(rows),
        "inputs_digest": past.digest,
        "result_digest": result_digest(tried),
        "result": doc.result,
    }


def mark_finding(name: str, row: str, verdict: str) -> Document:
    """Somebody says whether a finding was real; without a verdict it counts by what was decided about its complaints.

    Raises:
        frappe.PermissionError: the user's roles do not decide about signals.
        frappe.ValidationError: no such verdict or finding.
        GateError: the back-test is not complete, or was cancelled.
    """
    check_role(_("decide about signals"), roles.QUALITY_MANAGER)
    lock_rows(BACK_TEST, [name])
    doc = frappe.get_doc(BACK_TEST, name)
    doc.check_permission("write")
    check_complete(doc)
    if verdict not in ("", CONFIRMED, NOT_CONFIRMED):
        refuse(_("{0}: choose whether it was real.").format(_("Verdict", context=OUTBREAK)))
    found = next((one for one in doc.found if one.name == row), None)
    if found is None:
        refuse(_("{0} has no such finding.").format(doc.name))
    values: dict[str, Any] = {"verdict": verdict, "because": MARKED, "because_of": None, "marked_by": acting()[-1], "marked_at": now_datetime()}  # fmt: skip
    if not verdict:
        by_records = verdicts(doc.company, [_asked(found)])[0]
        values = dict(zip(("verdict", "because", "because_of"), by_records, strict=True))
        values |= {"marked_by": None, "marked_at": None}
    writing.set_values(OUTBREAK, row, values, "marked")
    found.update(values)
    _write_figures(doc, [one.as_dict() for one in doc.found], json.loads(doc.result), cint(doc.weeks_walked))
    writing.touch(BACK_TEST, name)
    return doc.reload()


def result_shown(doc: Document) -> dict[str, Any]:
    """What the form draws of a back-test that is complete: {months, settings, found, kinds, more, in_use}, in the reader's language. `in_use` is
    the setting of this back-test that the scheduled scans of the company run with now, empty where they run with none of it."""
    if doc.status != COMPLETED:
        return {}
    result = json.loads(doc.result or "{}")
    found = []
    for row in doc.found:
        about, cases = json.loads(row.about or "{}"), json.loads(row.cases or "null")
        found.append(
            {
                "row": row.name, "title": row.title or doc.company, "since": row.since, "until": row.until, "observed": row.observed,
                "expected": row.expected, "trend": row.trend, "verdict": row.verdict, "because": row.because, "because_of": row.because_of,
                "marked_by": row.marked_by, "told": json.loads(row.told or "[]"), "words": paragraph(row.words),
                "listed": _filters(doc.company, row, about, cases),
            }
        )  # fmt: skip
    months = result.get("months", [])
    place = {month: at for at, month in enumerate(months)}
    told = []
    for at, one in enumerate(result.get("settings", [])):
        by_month = Counter(row["told"][at]["day"][:7] for row in found if _is_find(row["told"], at))
        findings = [0] * len(months)
        for month, count in by_month.items():
            findings[place[month]] = count
        told.append({**one, "findings": findings})
    used = adopting.in_use(doc.company)
    in_use = used.setting_name if used and used.back_test == doc.name else ""
    return {**result, "settings": told, "found": found, "in_use": in_use}


def _rows(doc: Document, past: Past, tried: list[Tried]) -> list[dict[str, Any]]:
    outbreaks = outbreaks_of(tried)[:MOST_OUTBREAKS]
    starts = [day.astype(date) for day in past.periods.starts]
    asked, rows = [], []
    for at, one in enumerate(outbreaks):
        labels = _labels(past, one.parts)
        names = past.complaints.names[one.cases].tolist()
        since, until = starts[one.first], starts[one.last] + timedelta(days=6)
        asked.append(Asked(cause_key(labels), since, until, names))
        rows.append(
            {
                "parent": doc.name, "parenttype": BACK_TEST, "parentfield": "found", "idx": at + 1, "docstatus": 1,
                "title": " · ".join(labels[kind] for kind in FIELDS if kind in labels)[:140],
                "since": since, "until": until, "observed": one.best.observed, "expected": round(one.best.expected, 6),
                "trend": "ended" if one.is_over else one.best.trend, "told": json.dumps(_when_told(one, starts, len(tried))),
                "about": json.dumps(labels, ensure_ascii=False), "words": packed(one.best.words if not one.is_over or not one.best.ongoing else ()),
                "cases": json.dumps(names) if len(names) <= _NAMED else None,
            }
        )  # fmt: skip
    for row, verdict in zip(rows, verdicts(doc.company, asked), strict=True):
        row |= {"verdict": verdict.value, "because": verdict.because, "because_of": verdict.record}
    return rows


def _when_told(one: Outbreak, starts: list[date], count: int) -> list[dict[str, Any] | None]:
    """Of each setting the day of the scan that told first, the complaints by then, the weeks since it began; None: it did not find it."""
    found: list[dict[str, Any] | None] = [None] * count
    for place, told in one.told.items():
        found[place] = {
            "day": (starts[told.week] + timedelta(days=6)).isoformat(), "observed": told.observed,
            "weeks": max(0, told.week - one.first), "before": told.was_known,
        }  # fmt: skip
    return found


def _told(doc: Document, row: Document, one: Tried, past: Past) -> dict[str, Any]:
    """What is kept of a setting beside its figures: numbers, alarms of each month, findings of the last scan."""
    scan = scan_of(doc, row)
    months, alarms = _months(past), Counter()
    for at in range(past.first, len(past.periods)):
        alarms[_month(past, at)] += int(one.alarms[at])
    return {
        "name": row.setting_name,
        "numbers": settings.all_numbers(scan),
        "alarms": [alarms[month] for month in months],
        "alarm_weeks": one.alarm_weeks,
        "false_alarms_a_year": one.false_alarms_a_year,
        "quiet_series": one.quiet_series,
        "last": [_finding(past, finding) for finding in one.findings],
    }


def _finding(past: Past, one: Finding) -> dict[str, Any]:
    return {
        "title": " · ".join(_labels(past, past.plain(one.parts)).values()),
        "change": one.change, "trend": one.trend, "first": past.periods.label(one.first), "last": past.periods.label(one.last),
        "observed": one.observed, "expected": json_value(one.expected), "p": json_value(one.p),
    }  # fmt: skip


def _write_figures(doc: Document, rows: list[dict[str, Any]], result: dict[str, Any], weeks: int) -> None:
    figures = {
        row.name: _figures(at, rows, told, weeks / _MONTH)
        for at, (row, told) in enumerate(zip(doc.tried, result["settings"], strict=True))
    }
    writing.set_many(TRIED, figures, "back-test")


def _figures(at: int, rows: list[dict[str, Any]], told: dict[str, Any], months: float) -> dict[str, Any]:
    """The figures of one setting: OF_ROW."""
    seen = [(row, json.loads(row["told"])) for row in rows]
    mine = [(row, when[at]) for row, when in seen if _is_find(when, at)]
    confirmed = [when for row, when in mine if row["verdict"] == CONFIRMED]
    against = sum(row["verdict"] == NOT_CONFIRMED for row, _when in mine)
    every = [when for row, when in seen if row["verdict"] == CONFIRMED]
    found = sum(when[at] is not None for when in every)
    values = {
        "alarms": sum(told["alarms"]),
        "alarms_a_month": sum(told["alarms"]) / months if months else 0,
        "findings": len(mine),
        "findings_a_month": len(mine) / months if months else 0,
        "confirmed": len(confirmed),
        "not_confirmed": against,
        "confirmed_share": 100 * len(confirmed) / (len(confirmed) + against) if confirmed or against else 0,
        "found_share": 100 * found / len(every) if every else 0,
        "delay_weeks": median(when["weeks"] for when in confirmed) if confirmed else 0,
        "complaints_at_alarm": median(when["observed"] for when in confirmed) if confirmed else 0,
        # a column of numbers holds no NULL: without a quiet series it is not known
        "false_alarms_a_year": told["false_alarms_a_year"] or 0,
        "quiet_series": told.get("quiet_series", 0),
    }
    return {name: round(values[name], 6) for name in OF_ROW}


def _is_find(when: list[dict[str, Any] | None], at: int) -> bool:
    one = when[at] if at < len(when) else None
    return one is not None and not one["before"]


def _asked(row: Document) -> Asked:
    about, named = json.loads(row.about), json.loads(row.cases or "null")
    if named is None:
        found = {OF_COMPLAINT[kind]: label for kind, label in about.items() if kind in OF_COMPLAINT}
        company = frappe.db.get_value(BACK_TEST, row.parent, "company")
        within = (str(row.since), f"{row.until} 23:59:59")
        found |= {"company": company, "received_at": ("between", within)}
        named = frappe.get_all("Complaint", found, pluck="name", order_by="name asc")
    return Asked(cause_key(about), getdate(row.since), getdate(row.until), named)


def _filters(company: str, row: Document, about: dict[str, str], cases: list[str] | None) -> dict[str, Any]:
    """Filters of the list of its complaints: these themselves, of many what they have in common."""
    if cases:
        return {"name": ["in", cases]}
    found: dict[str, Any] = {
        OF_COMPLAINT[kind]: label for kind, label in about.items() if kind in OF_COMPLAINT
    }
    return {**found, "company": company, "received_at": ["Between", [str(row.since), str(row.until)]]}


def _labels(past: Past, parts: Parts) -> dict[str, str]:
    return {kind: past.complaints.labels[kind][code] for kind, code in parts}


def _months(past: Past) -> list[str]:
    """The months that the weeks of the period end in, as 2026-03."""
    return sorted({_month(past, at) for at in range(past.first, len(past.periods))})


def _month(past: Past, week: int) -> str:
    end: datetime = past.periods.starts[week].astype(date) + timedelta(days=6)
    return f"{end:%Y-%m}"
