"""Each firing of a rule as a row: the rule and its version, the complaint, why, what was done and what could not be."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import rules
from complaint_qms.engine.message import Message
from complaint_qms.services import writing
from complaint_qms.services.notify.outbox import AUTHOR
from complaint_qms.services.record import timeline
from complaint_qms.services.record.timeline import line, noted, plain_line
from complaint_qms.services.rules.active_rules import SiteRule
from complaint_qms.services.rules.acts import Firing
from complaint_qms.services.rules.records import Record

_KEY_LENGTH: Final = 40


@dataclass
class Result:
    """What became of a firing. `left`: rows of actions that wait for a job."""

    firing: Firing
    done: list[Message] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)
    left: list[dict[str, Any]] = field(default_factory=list)
    subject_key: str = ""

    @property
    def state(self) -> str:
        if self.left:
            return rules.WAITING
        if self.refused:
            return rules.PARTLY if self.done else rules.FAILED
        return rules.DONE

    @property
    def outcome(self) -> Message:
        """What was done, what could not be, and what waits."""
        parts = [*self.done, *(line("Not done: {0}", one) for one in self.refused)]
        if self.left:
            parts.append(line("Waiting: {0}", len(self.left)))
        return line("{0}", parts)


def keep_firings(results: Iterable[Result]) -> None:
    """Write firings into the log, and a line of each into the complaint's timeline."""
    results = list(results)
    if not results:
        return
    now = results[0].firing.now
    rows = [
        {
            "rule": one.firing.rule,
            "rule_version": one.firing.version,
            "complaint": one.firing.complaint,
            "when_event": one.firing.when,
            "fired_at": now,
            "subject_key": one.subject_key,
            "reason_data": timeline.data_of(one.firing.because),
            "reason": plain_line(one.firing.because),
            "left_actions": json.dumps(one.left, ensure_ascii=False, default=str),
            "attempts": 0,
            **_ended(one),
        }
        for one in results
    ]
    writing.insert_rows(rules.LOG, rows, now, AUTHOR, "rule")
    for one in results:
        said = line("Rule “{0}” ({1}). {2}", one.firing.rule, one.firing.because, one.outcome)
        timeline.note("Complaint", {one.firing.complaint: said}, now, AUTHOR)


def ended_later(row: Document, result: Result, attempts: int) -> None:
    """Write what became of the actions that had been left to a job, together with what was done before."""
    before = noted(row.outcome_data)
    parts = [part for part in (before.params.get("0") or () if before else ()) if part.key != "Waiting: {0}"]
    result.done[:0] = [part for part in parts if part.key != "Not done: {0}"]
    result.refused[:0] = [part.params["0"] for part in parts if part.key == "Not done: {0}"]
    values = _ended(result) | {
        "left_actions": json.dumps(result.left, ensure_ascii=False, default=str),
        "attempts": attempts,
    }
    writing.set_values(rules.LOG, row.name, values, "rule")


def quiet(rule: SiteRule, records: Iterable[Record], now: datetime) -> set[str]:
    """Those keys for which the rule fired before and is quiet; no query for a rule that is never.

    Whoever asks about what complaints share waits for those that ask at the same moment, and sees what they have written: the rule's row is
    locked, and the log is read as it is and not as it was when the transaction began. What is done once for a complaint needs no such
    wait, its own row is what changes.
    """
    if not rule.once_per:
        return set()
    records = list(records)
    is_shared = any(_shared(rule, record) for record in records)
    if is_shared:
        frappe.db.get_value(rules.RULE, rule.title, "name", for_update=True)
    keys = sorted({subject_key(rule, record) for record in records})
    row = frappe.qb.DocType(rules.LOG)
    query = frappe.qb.from_(row).select(row.subject_key)
    query = query.where((row.rule == rule.title) & row.subject_key.isin(keys) & (row.state != rules.FAILED))
    if rule.quiet_days:
        query = query.where(row.fired_at > now - timedelta(days=rule.quiet_days))
    return {key for (key,) in (query.for_update() if is_shared else query).run()}


def fired_before(rule: SiteRule, records: Iterable[Record]) -> set[str]:
    """Those keys for which the rule has ever fired, by the log; no query for none."""
    keys = sorted({subject_key(rule, record) for record in records})
    if not keys:
        return set()
    row = frappe.qb.DocType(rules.LOG)
    query = frappe.qb.from_(row).select(row.subject_key).distinct()
    query = query.where((row.rule == rule.title) & row.subject_key.isin(keys) & (row.state != rules.FAILED))
    return set(query.run(pluck=True))


def subject_key(rule: SiteRule, record: Mapping[str, Any]) -> str:
    """For what a rule fires once: the complaint itself where it lacks what is asked for. A digest: names may be as long as the field, and
    keys that follow upon one another would have those who read them behind a lock wait for one another."""
    value = _shared(rule, record)
    key = f"{rule.once_per}:{value}" if value else f"complaint:{record['name']}"
    return sha256(key.encode()).hexdigest()[:_KEY_LENGTH]


def clear(days: int) -> None:
    """Drop rows that are older, but for what still waits, and for what a rule is quiet about because of them."""
    row = frappe.qb.DocType(rules.LOG)
    now = now_datetime()
    old = (row.creation < now - timedelta(days=days)) & (row.state != rules.WAITING)
    for quiet_days, titles in _longer_quiet(days).items():
        needed = row.rule.isin(titles) & (row.state != rules.FAILED)
        if quiet_days:
            needed &= row.fired_at > now - timedelta(days=quiet_days)
        old &= needed.negate()
    frappe.db.delete(rules.LOG, filters=old)


def tell_reader(row: Document) -> None:
    """Put reason and outcome into the reader's language."""
    for name in ("reason", "outcome"):
        if kept := noted(row.get(f"{name}_data")):
            row.set(name, plain_line(kept))


def _shared(rule: SiteRule, record: Mapping[str, Any]) -> Any:
    """What a complaint has in common with others that the rule fires for once; nothing where that is the complaint itself."""
    return record.get(rule.once_per) if rule.once_per not in ("", "complaint") else None


def _longer_quiet(days: int) -> dict[int, list[str]]:
    """Days, none for always → rules that are quiet for so long, of those that are for longer than so many days."""
    found: dict[int, list[str]] = {}
    for rule in frappe.get_all(
        rules.RULE, {"once_per": ("is", "set")}, ["name", "quiet_days"], order_by="name asc"
    ):
        if not rule.quiet_days or rule.quiet_days > days:
            found.setdefault(rule.quiet_days or 0, []).append(rule.name)
    return found


def _ended(result: Result) -> dict[str, Any]:
    outcome = result.outcome
    return {"state": result.state, "outcome_data": timeline.data_of(outcome), "outcome": plain_line(outcome)}
