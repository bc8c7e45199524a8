"""Does what waits in the log, in a job, each row by itself.

A row is tried again where its worker was ended or others were working on the same, and given up in the end. An action that fails is
not: a webhook without an answer was called as often as the framework calls one, and the log says so. A hold of goods that are being
moved is never given up: it is made in a transaction of its own, so that nobody who moves goods waits for what else a rule does.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import rules
from complaint_qms.constants.stages import COMPLAINT_OPEN
from complaint_qms.engine.message import Message
from complaint_qms.services import writing
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.record.batches import in_parts
from complaint_qms.services.record.timeline import noted
from complaint_qms.services.rules import log, runner
from complaint_qms.services.rules.active_rules import rules_asked
from complaint_qms.services.rules.acts import Firing
from complaint_qms.services.transactions import OVERTAKEN

_AT_ONCE = 500
_CHUNK = 200


def do_waiting(most: int = _AT_ONCE) -> int:
    """Do the actions that wait, oldest first; how many rows were ended. Commits after each."""
    ended = 0
    with acting_as():
        names = frappe.get_all(
            rules.LOG, {"state": rules.WAITING}, pluck="name", order_by="fired_at asc, name asc", limit=most
        )
        for name in names:
            try:
                ended += _do(name, now_datetime())
            except OVERTAKEN:
                frappe.db.rollback()
            frappe.db.commit()
    return ended


def ask_daily(now: datetime | None = None) -> None:
    """Ask the daily rules of each open complaint, some at a time; commits after each lot. One that cannot be asked is logged."""
    moment = now or now_datetime()
    if not rules_asked(rules.DAILY):
        return
    with acting_as():
        names = frappe.get_all(
            "Complaint", {"stage": ("in", list(COMPLAINT_OPEN))}, pluck="name", order_by="name asc"
        )
        for start in range(0, len(names), _CHUNK):
            in_parts(
                names[start : start + _CHUNK],
                lambda part: runner.ask(rules.DAILY, part, moment),
                "Daily Complaint Rules could not be asked",
                lambda name: ("Complaint", name),
            )


def _do(name: str, now: datetime) -> bool:
    """One row. An attempt is counted before it is made, so that what takes its worker down is given up in the end."""
    row = _locked(name)
    if not row:
        return False
    attempts = row.attempts + 1
    result = log.Result(_firing(row, now))
    acts = json.loads(row.left_actions or "[]")
    if attempts > rules.MOST_ATTEMPTS:
        result.refused.append(Message("Given up after {0} attempts.", {"0": rules.MOST_ATTEMPTS}))
        log.ended_later(row, result, attempts)
        return True
    for part in _parts(acts):
        writing.set_values(rules.LOG, name, {"attempts": attempts}, "rule")
        frappe.db.commit()
        if not (row := _locked(name)):
            return False
        result = log.Result(_firing(row, now))
        runner.perform(result, part, by_job=True)
        # What has to wait for others was no attempt.
        counted = attempts - 1 if result.left else attempts
        result.left += [one for one in json.loads(row.left_actions or "[]") if one not in part]
        log.ended_later(row, result, counted)
    return not result.left


def _parts(acts: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Actions of one transaction each: holds pass a door that keeps others outside until the end of it."""
    holds = [row for row in acts if row["do"] == "hold_goods"]
    others = [row for row in acts if row["do"] != "hold_goods"]
    return [part for part in (holds, others) if part] or [[]]


def _locked(name: str) -> Document | None:
    table = frappe.qb.DocType(rules.LOG)
    query = (
        frappe.qb.from_(table).select(table.name).where((table.name == name) & (table.state == rules.WAITING))
    )
    return frappe.get_doc(rules.LOG, name) if query.for_update(skip_locked=True).run() else None


def _firing(row: Document, now: datetime) -> Firing:
    because = noted(row.reason_data) or Message("{0}", {"0": ""})
    return Firing(row.rule, row.rule_version, row.when_event, row.complaint, because, now)
