"""Scans that nobody has to ask for: each company that has complaints, by the settings."""

from __future__ import annotations

from datetime import date, timedelta

import frappe
from frappe.model.document import Document
from frappe.utils import getdate

from complaint_qms.constants.rules import NOT_COUNTED
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.signals import ART_88, MONTHLY, SCAN, WEEKLY
from complaint_qms.services.signals import adopting, trend
from complaint_qms.services.signals.settings import of_preset

_SCHEDULES = {"": "signal_schedule", ART_88: "trend_schedule"}
"""Preset of a scan → field of the settings that says when it is due."""


def due_day(how: str, today: date) -> date | None:
    """As of which day a scan is due: the Sunday before, or the last day of the month before; None where none is wanted."""
    if how == WEEKLY:
        return today - timedelta(days=today.weekday() + 1)
    if how == MONTHLY:
        return today.replace(day=1) - timedelta(days=1)
    return None


def start_due(today: date | None = None) -> list[str]:
    """Start a scan of every preset that is due for each company that has none as of the day; their names. It runs with the setting that was
    adopted for the company from a back-test, else with the choices of its last scan; a trend as its plan says, and none without a plan."""
    started = []
    for preset, field in _SCHEDULES.items():
        how = frappe.db.get_single_value(SETTINGS, field) or ""
        day = due_day(how, today or getdate())
        if not day or (preset and not trend.has_plan()):
            continue
        companies = sorted(_companies(day) - _scanned(day, preset))
        chosen = {} if preset else adopting.chosen_for(companies)
        last = _last_of([company for company in companies if company not in chosen], preset)
        for company in companies:
            scan = frappe.copy_doc(last[company]) if company in last else frappe.new_doc(SCAN)
            scan.update(chosen.get(company, {}))
            scan.update({"company": company, "as_of": day, "history_from": None, "preset": preset})
            scan.flags.ignore_permissions = scan.flags.scheduled = True
            scan.insert()
            scan.submit()
            started.append(scan.name)
    return started


def _companies(day: date) -> set[str]:
    table = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(table).select(table.company).distinct()
    before = table.received_at < day + timedelta(days=1)
    return {name for (name,) in query.where(before & table.stage.notin(NOT_COUNTED)).run() if name}


def _scanned(day: date, preset: str) -> set[str]:
    done = {"docstatus": 1, "as_of": (">=", day), "preset": of_preset(preset)}
    return set(frappe.get_all(SCAN, done, pluck="company", order_by="name asc"))


def _last_of(companies: list[str], preset: str) -> dict[str, Document]:
    """Company → its last scan of a preset."""
    done = {"company": ("in", companies or [""]), "docstatus": 1, "preset": of_preset(preset)}
    rows = frappe.get_all(SCAN, done, ["name", "company"], order_by="as_of asc, creation asc")
    names = list({row.company: row.name for row in rows}.values())
    whole = frappe.get_all(SCAN, {"name": ("in", names or [""])}, ["*"], order_by="name asc")
    return {row.company: frappe.get_doc({**row, "doctype": SCAN}) for row in whole}
