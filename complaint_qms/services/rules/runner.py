"""Asks the rules when something has happened, and has done what they say.

Within a save everything waits for its end (`after_save`), so that a rule meets the complaint as it is stored; else it is done at
once, in the transaction of what happened. A rule acts as the site, and fires once for a complaint however rules set off one
another. What goes wrong is written into the log and never loses what happened.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants import rules
from complaint_qms.constants.events import RULE_CALLED
from complaint_qms.engine.message import Message
from complaint_qms.engine.rules import UNKNOWN
from complaint_qms.message_log import messages_withheld
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.containment.doorkeeper import StillMovingError
from complaint_qms.services.events import Event
from complaint_qms.services.people.assignment import is_being_saved
from complaint_qms.services.record.error_text import told_with, way_of
from complaint_qms.services.record.timeline import Text, line
from complaint_qms.services.rules import history, log, rule_text, waiting
from complaint_qms.services.rules.active_rules import SiteRule, any_rules, named_rule, rules_asked
from complaint_qms.services.rules.acts import Firing, UnansweredError, act
from complaint_qms.services.rules.log import Result
from complaint_qms.services.rules.records import Record, SavedRecord, records_of
from complaint_qms.services.transactions import OVERTAKEN, roll_back_to

_KIND: Final = {event: when for when, event in rules.WHEN.items() if event}
_ACT_MARK: Final = "rule_act"
_ASKED_MARK: Final = "rules_asked"
_BY_JOB: Final = ("call_webhook",)
"""Actions that are never done within somebody's request."""


@dataclass(frozen=True)
class Occurrence:
    """What happened to a complaint. `old`: fields of it that were others before; `called`: why a rule was asked for."""

    complaint: str
    old: Mapping[str, Any] = field(default_factory=dict)
    called: str | Message = ""


def of_events(events: list[Event]) -> None:
    """Listens in the transaction; costs a look into the cache where no rule of the kind is enabled."""
    for kind, happened in _by_kind(events).items():
        when = _KIND[kind]
        if kind == RULE_CALLED:
            _of_called(happened)
            continue
        if not any_rules(when):
            continue
        now, later = [], []
        for event in happened:
            saving = is_being_saved(event.doctype, event.name)
            (later if saving else now).append(Occurrence(event.name, event.data.get("old") or {}))
        for one in later:
            _waiting()[one.complaint].append((when, one))
        _safely(when, lambda when=when: rules_asked(when), now)


def after_save(doc: Document) -> None:
    """The end of a complaint's save: ask the rules that it gave rise to, and take over what they changed."""
    if not (happened := _waiting().pop(doc.name, None)):
        return
    by_when: dict[str, list[Occurrence]] = defaultdict(list)
    for when, one in happened:
        by_when[when].append(one)
    changed: set[str] = set()
    for when, occurrences in by_when.items():
        changed |= _safely(
            when, lambda when=when: rules_asked(when), occurrences, doc if not changed else None
        )
    if doc.name in changed:
        doc.reload()


def run_named(title: str, complaints: Iterable[str], reason: str = "") -> set[str]:
    """Ask one rule of these complaints, whatever it waits for otherwise; its conditions count. The door for steps of a procedure,
    which may as well announce `RULE_CALLED`.

    Args:
        reason: why it is asked for, for the log.

    Returns:
        the complaints for which it fired.
    """
    return _asked(
        _named(title), [Occurrence(name, called=reason or " ") for name in complaints], now_datetime()
    )[1]


def ask(when: str, complaints: Iterable[str], now: datetime) -> set[str]:
    """Ask the rules of a kind of these complaints; those that were changed."""
    return _asked(rules_asked(when), [Occurrence(name) for name in complaints], now)[0]


def perform(result: Result, acts: Iterable[Mapping[str, Any]], by_job: bool = False) -> None:
    """Do a rule's actions, one after another; one that fails is undone and keeps no other from being done, and one that cannot be done
    at this moment is left to a job, which comes again until it is done."""
    result.firing.by_job = by_job
    for row in acts:
        if row["do"] in _BY_JOB and not by_job:
            result.left.append(dict(row))
            continue
        mark = f"{_ACT_MARK}_{_state()['depth']}"
        frappe.db.savepoint(mark)
        with messages_withheld() as told:
            try:
                with acting_as():
                    result.done.append(act(result.firing, row))
            except OVERTAKEN:
                raise
            except StillMovingError:
                roll_back_to(mark)
                result.left.append(dict(row))
            except Exception as error:
                if not isinstance(error, UnansweredError):
                    roll_back_to(mark)
                result.refused.append(line("{0}", Text(told_with(error, told))))
        frappe.local.response.pop("missing", None)


def _of_called(happened: list[Event]) -> None:
    """Ask the rules that something called; whoever called is not kept from going on by what becomes of it."""
    calls: dict[str, list[Occurrence]] = defaultdict(list)
    for event in happened:
        calls[event.data["rule"]].append(Occurrence(event.name, called=event.data.get("reason") or " "))
    for title, occurrences in calls.items():
        _safely(title, lambda title=title: _named(title), occurrences)


def _named(title: str) -> list[SiteRule]:
    rule = named_rule(title)
    return [rule] if rule else []


def _safely(
    asked_for: str,
    find: Callable[[], list[SiteRule]],
    occurrences: list[Occurrence],
    doc: Document | None = None,
) -> set[str]:
    """Ask rules so that nothing of them loses what happened; the complaints they changed.

    Args:
        asked_for: what is asked for, as the error log names it.
        find: the rules.
        doc: the one complaint that it happened to, where it was just saved.
    """
    if not occurrences:
        return set()
    # Rules that set off others have marks of their own.
    mark = f"{_ASKED_MARK}_{_state()['depth']}"
    frappe.db.savepoint(mark)
    try:
        return _asked(find(), occurrences, now_datetime(), doc)[0]
    except OVERTAKEN:
        raise  # the transaction is gone with it
    except Exception as error:
        roll_back_to(mark)  # nothing is done that the log does not tell of
        frappe.log_error(title="Complaint Rules could not be asked", message=f"{asked_for}: {way_of(error)}")
        return set()


def _asked(
    asked: list[SiteRule], occurrences: list[Occurrence], now: datetime, doc: Document | None = None
) -> tuple[set[str], set[str]]:
    """(complaints that were changed, complaints for which a rule fired)"""
    state, outermost = _state(), not _state()["depth"]
    if state["depth"] >= rules.DEEPEST or not asked:
        return set(), set()
    by_name = {one.complaint: one for one in occurrences}
    left, changed, fired = set(by_name), set(), set()
    state["depth"] += 1
    try:
        records = {doc.name: SavedRecord(doc)} if doc else records_of(left, _keys(asked))
        counted = _counted(asked, records.values(), now)
        for rule in asked:
            candidates = [
                record
                for name, record in records.items()
                if name in left and (rule.title, name) not in state["fired"] and _of_company(rule, record)
            ]
            matched = _matching(rule, candidates, by_name, now, counted)
            if not matched:
                continue
            results = [_fire(rule, record, facts, by_name[record["name"]], now) for record, facts in matched]
            log.keep_firings(results)
            fired |= {result.firing.complaint for result in results}
            if any(result.left for result in results):
                waiting.request_work()
            if rule.stop_after:
                left -= {record["name"] for record, _facts in matched}
            if anew := {result.firing.complaint for result in results if result.firing.changed}:
                changed |= anew
                records = records_of(left, _keys(asked))
                counted = _counted(asked, records.values(), now)
        return changed, fired
    finally:
        state["depth"] -= 1
        if outermost:
            state["fired"].clear()


def _counted(asked: list[SiteRule], records: Iterable[Record], now: datetime) -> dict[tuple, history.Counted]:
    """What has to be counted of others because the fields leave it open, for all the rules at once."""
    open_facts = [
        fact
        for rule in asked
        if rule.judge.facts and any(rule.judge.asks(record, now) is None for record in records)
        for fact in rule.judge.facts
    ]
    return history.counted_now(open_facts, list(records), now)


def _keys(asked: list[SiteRule]) -> set[str]:
    """Fields that any of these rules reads."""
    keys = {rule.once_per for rule in asked if rule.once_per not in ("", "complaint")}
    for rule in asked:
        keys |= rule.judge.fields | history.keys_counted(rule.judge.facts)
    return keys


def _of_company(rule: SiteRule, record: Record) -> bool:
    return not rule.company or rule.company == record["company"]


def _matching(
    rule: SiteRule,
    records: list[Record],
    happened: Mapping[str, Occurrence],
    now: datetime,
    counted: Mapping[tuple, history.Counted],
) -> list[tuple[Record, tuple]]:
    """(complaint, what was counted for it) of those for which a rule's conditions hold, and that it is not quiet about."""
    judge, found = rule.judge, []
    for record in records:
        answer, facts = judge.asks(record, now), (UNKNOWN,) * len(judge.facts)
        if answer is None:
            facts = tuple(counted[history.fact_key(asked)](record, now) for asked in judge.facts)
            answer = judge.asks(record, now, facts)
        if answer and not _held_before(rule, record, happened[record["name"]], facts, now):
            found.append((record, facts))
    return _not_quiet(rule, found, now) if found else found


def _held_before(rule: SiteRule, record: Record, one: Occurrence, facts: tuple, now: datetime) -> bool:
    """Whether a change left the conditions as they were, holding already."""
    if rule.when != rules.CHANGE or one.called:
        return False
    before = record.before(one.old) if isinstance(record, SavedRecord) else {**record, **one.old}
    return bool(rule.judge.asks(before, now, facts))


def _not_quiet(
    rule: SiteRule, found: list[tuple[Record, tuple]], now: datetime
) -> list[tuple[Record, tuple]]:
    if not rule.once_per:
        return found
    silent, kept = log.quiet(rule, [record for record, _facts in found], now), []
    if rule.on_rise:
        held_already = [record for record, facts in found if rule.holds_without(record, facts, now)]
        silent |= log.fired_before(rule, held_already)
    for record, facts in found:
        key = log.subject_key(rule, record)
        if key not in silent:
            silent.add(key)
            kept.append((record, facts))
    return kept


def _fire(rule: SiteRule, record: Record, facts: tuple, one: Occurrence, now: datetime) -> Result:
    because = rule_text.because(rule.judge.held(record, now, facts), one.called)
    firing = Firing(rule.title, rule.version, rule.when, record["name"], because, now)
    result = Result(firing, subject_key=log.subject_key(rule, record))
    state = _state()
    state["fired"].add((rule.title, record["name"]))
    if state["actions"] + len(rule.acts) > rules.MOST_ACTIONS:
        result.left = [dict(row) for row in rule.acts]
        return result
    state["actions"] += len(rule.acts)
    perform(result, rule.acts)
    return result


def _by_kind(events: list[Event]) -> dict[str, list[Event]]:
    found: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        # What an import brings along is history; it is counted, and gives nobody work.
        if event.doctype == "Complaint" and not event.data.get("by_import"):
            found[event.kind].append(event)
    return found


def _waiting() -> dict[str, list[tuple[str, Occurrence]]]:
    """Complaint that is being saved → what has happened to it."""
    if frappe.flags.qms_rules_waiting is None:
        frappe.flags.qms_rules_waiting = defaultdict(list)
    return frappe.flags.qms_rules_waiting


def _state() -> dict[str, Any]:
    """How deep rules have set off one another, what has fired meanwhile, and how many actions this transaction has seen."""
    if frappe.flags.qms_rules is None:
        frappe.flags.qms_rules = {"depth": 0, "fired": set(), "actions": 0}
    state = frappe.flags.qms_rules
    if not state["actions"]:
        frappe.db.after_commit.add(_new_transaction)
        frappe.db.after_rollback.add(_new_transaction)
    return state


def _new_transaction() -> None:
    frappe.flags.qms_rules_waiting = None
    if frappe.flags.qms_rules:
        frappe.flags.qms_rules["actions"] = 0
