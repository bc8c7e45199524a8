"""A rule asked of the site's own past: for which complaints it would have fired, why, and what it would have done. Writes nothing.

Counts of other complaints are as of that day. The fields of a complaint are as they are today, but for the stage where the records
tell it. Other rules are left out of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

from frappe.utils import format_datetime

from complaint_qms.constants import rules
from complaint_qms.engine.rules import UNKNOWN
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.rules import history, log, rule_text
from complaint_qms.services.rules.active_rules import SiteRule, read_rule
from complaint_qms.services.rules.past import asked_then
from complaint_qms.services.rules.people import nobody_meant
from complaint_qms.services.rules.records import Record

Found = tuple[datetime, Record, tuple]


def on_the_past(sent: Mapping[str, Any], days: int, now: datetime) -> dict[str, Any]:
    """What a checked rule would have done in the last days.

    Returns:
        {asked: how often it would have been asked, fired, silenced: how often it would have been quiet about what it had fired for,
        months: [{month, fired}] (every month since then), actions: [{words, count, cannot: [{why, count}]: for how many nobody is
        meant as things stand}], rows: [{complaint, subject, at, reason}] (the newest), days, seconds, is_cut: whether it would have been asked more often than a trial looks at}
    """
    begun, rule = perf_counter(), read_rule(sent)
    since = now - timedelta(days=days)
    keys = rule.judge.fields | history.keys_counted(rule.judge.facts)
    if rule.once_per not in ("", "complaint"):
        keys |= {rule.once_per}
    moments, is_cut = asked_then(rule.when, keys, rule.company, since, now)
    if is_cut:
        since = moments[0][0]
    matched = _matched(rule, moments, since, now)
    fired, silenced = _without_the_quiet(rule, matched)
    months = Counter(f"{at:%Y-%m}" for at, _record, _facts in fired)
    return {
        "asked": len(moments),
        "fired": len(fired),
        "silenced": silenced,
        "months": [{"month": month, "fired": months[month]} for month in months_between(since, now)]
        if fired
        else [],
        "actions": [_done(row, fired) for row in rule.acts],
        "rows": _rows(rule, fired[: -rules.MOST_SHOWN - 1 : -1]),
        "days": days,
        "is_cut": is_cut,
        "seconds": round(perf_counter() - begun, 2),
    }


def months_between(since: datetime, now: datetime) -> list[str]:
    """Every month, as "2026-01"."""
    first, last = since.year * 12 + since.month - 1, now.year * 12 + now.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(first, last + 1)]


def _matched(
    rule: SiteRule, moments: list[tuple[datetime, Record]], since: datetime, now: datetime
) -> list[Found]:
    """Those moments at which the conditions held; others' complaints are counted where the fields leave it open."""
    judge, counters, found = rule.judge, None, []
    nothing = (UNKNOWN,) * len(judge.facts)
    for at, record in moments:
        answer, facts = judge.asks(record, at), nothing
        if answer is None:
            if counters is None:
                ready = history.counted_then(judge.facts, since, now)
                counters = [ready[history.fact_key(asked)] for asked in judge.facts]
            facts = tuple(counter(record, at) for counter in counters)
            answer = judge.asks(record, at, facts)
        if answer:
            found.append((at, record, facts))
    return found


def _without_the_quiet(rule: SiteRule, matched: list[Found]) -> tuple[list[Found], int]:
    if not rule.once_per:
        return matched, 0
    last: dict[str, datetime] = {}
    fired, span = [], timedelta(days=rule.quiet_days)
    for at, record, facts in matched:
        key = log.subject_key(rule, record)
        if key in last and (not rule.quiet_days or at - last[key] < span):
            continue
        if rule.on_rise and key in last and rule.holds_without(record, facts, at):
            continue
        last[key] = at
        fired.append((at, record, facts))
    return fired, len(matched) - len(fired)


def _done(row: Mapping[str, Any], fired: list[Found]) -> dict[str, Any]:
    """What an action would have done, and for how many of them it could not be done: who is meant cannot be found."""
    cannot: Counter[str] = Counter()
    if row.get("who") and row["who"] != rules.GROUP:
        missing = nobody_meant(row, (record["name"] for _at, record, _facts in fired))
        cannot.update(missing[record["name"]] for _at, record, _facts in fired if record["name"] in missing)
    return {
        "words": rule_text.act_in_words(row),
        "count": len(fired) - cannot.total(),
        "cannot": [{"why": why, "count": count} for why, count in cannot.most_common()],
    }


def _rows(rule: SiteRule, fired: list[Found]) -> list[dict[str, Any]]:
    subjects = values_of("Complaint", {record["name"] for _at, record, _facts in fired}, "subject")
    return [
        {
            "complaint": record["name"],
            "subject": subjects.get(record["name"]) or "",
            "at": format_datetime(at),
            "reason": log.plain_line(rule_text.because(rule.judge.held(record, at, facts))),
        }
        for at, record, facts in fired
    ]
