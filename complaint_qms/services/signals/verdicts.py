"""Whether a rise was real, by what was done about it since: its signal's decision, an investigation or CAPA of its complaints, their causes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import islice
from typing import Any, NamedTuple

import frappe

from complaint_qms.constants.signals import (
    CAPA,
    CASES,
    CAUSE_SHARE,
    CONFIRMED,
    DISMISSED,
    GAP_DAYS,
    INVESTIGATION,
    LEAST_SHARE,
    NOT_CONFIRMED,
    OF_SIGNAL,
    ROOT_CAUSE,
    SHARED,
    SIGNAL,
)

_AT_ONCE = 2000
"""Complaints asked about in one query."""


class Asked(NamedTuple):
    """A rise: the key of its cause, its first and last day, its complaints."""

    key: str
    since: date
    until: date
    cases: Collection[str]


class Verdict(NamedTuple):
    """``value`` is empty where nothing was decided; ``because`` of a signal, an investigation, a CAPA or root causes, named by ``record``."""

    value: str = ""
    because: str = ""
    record: str = ""


def verdicts(company: str, asked: list[Asked]) -> list[Verdict]:
    """What was decided about each rise; a handful of queries for all of them."""
    every = sorted({name for one in asked for name in one.cases})
    signals = _signals(company, every)
    studies, causes, plans = _studies(every), _causes(every), _plans(every)
    return [
        _of_signal(one, signals) or _of_study(one, studies) or _of_plan(one, plans) or _of_causes(one, causes) or Verdict()
        for one in asked
    ]  # fmt: skip


def _of_signal(one: Asked, signals: list[dict[str, Any]]) -> Verdict | None:
    """By the signal of the same cause, else by that which shares most complaints; of several alike by what was decided last."""
    near, mine = timedelta(days=GAP_DAYS), set(one.cases)
    best, most = None, (False, 0)
    for row in signals:
        if row["since"] > one.until + near or one.since > row["until"] + near:
            continue
        shared = len(mine & row["cases"])
        same = row["cause_key"] == one.key
        enough = same or shared >= SHARED * max(1, min(len(mine), row["size"]))
        if enough and (best is None or (same, shared) > most):
            best, most = row, (same, shared)
    if best is None:
        return None
    value = NOT_CONFIRMED if best["decision"] == DISMISSED else CONFIRMED
    return Verdict(value, OF_SIGNAL, best["name"])


def _of_study(one: Asked, studies: Mapping[str, set[tuple[str, str]]]) -> Verdict | None:
    found = Counter(study for name in one.cases for study in studies.get(name, ()))
    for (study, outcome), count in found.most_common(1):
        if count >= max(2, LEAST_SHARE * len(one.cases)):
            return Verdict(NOT_CONFIRMED if outcome == NOT_CONFIRMED else CONFIRMED, INVESTIGATION, study)
    return None


def _of_plan(one: Asked, plans: Mapping[str, set[str]]) -> Verdict | None:
    found = Counter(plan for name in one.cases for plan in plans.get(name, ()))
    for plan, count in found.most_common(1):
        if count >= max(2, LEAST_SHARE * len(one.cases)):
            return Verdict(CONFIRMED, CAPA, plan)
    return None


def _of_causes(one: Asked, causes: Mapping[str, set[str]]) -> Verdict | None:
    explained = [name for name in one.cases if causes.get(name)]
    if not explained or len(explained) < max(2, CAUSE_SHARE * len(one.cases)):
        return None
    most = Counter(cause for name in explained for cause in causes[name]).most_common(1)
    return Verdict(CONFIRMED, ROOT_CAUSE, most[0][0])


def _signals(company: str, every: list[str]) -> list[dict[str, Any]]:
    """Signals that were decided about, with their complaints among these, and how many they have in all (``size``)."""
    rows = frappe.get_all(
        SIGNAL,
        {"company": company, "decision": ("in", [INVESTIGATION, CAPA, DISMISSED])},
        ["name", "decision", "cause_key", "since", "until"],
        order_by="decided_at desc, name desc",
    )
    if not rows:
        return []
    case = frappe.qb.DocType(CASES)
    query = frappe.qb.from_(case).select(case.parent, case.complaint)
    query = query.where((case.parenttype == SIGNAL) & (case.contributes == 1))
    query = query.where(case.parent.isin([row.name for row in rows]))
    wanted, cases, sizes = set(every), {row.name: set() for row in rows}, Counter[str]()
    for signal, complaint in query.run():
        sizes[signal] += 1
        if complaint in wanted:
            cases[signal].add(complaint)
    return [{**row, "cases": cases[row.name], "size": sizes[row.name]} for row in rows]


def _studies(every: list[str]) -> dict[str, set[tuple[str, str]]]:
    """Complaint → (investigation, outcome) of those that are about it, or cover it."""
    study, row, complaint = (
        frappe.qb.DocType(name) for name in ("Investigation", "Investigation Complaint", "Complaint")
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for names in _parts(every):
        own = frappe.qb.from_(study).select(study.complaint, study.name, study.outcome)
        covered = (
            frappe.qb.from_(row).inner_join(study).on(study.name == row.parent).select(row.complaint, study.name, study.outcome)
        )  # fmt: skip
        chosen = (
            frappe.qb.from_(complaint)
            .inner_join(study)
            .on(study.name == complaint.covered_by_investigation)
            .select(complaint.name, study.name, study.outcome)
        )
        for query, field in (
            (own, study.complaint),
            (covered, row.complaint),
            (chosen, complaint.name),
        ):
            for name, of, outcome in query.where((study.stage != "void") & field.isin(names)).run():
                found.setdefault(name, set()).add((of, outcome or ""))
    return found


def _plans(every: list[str]) -> dict[str, set[str]]:
    """Complaint → CAPAs that name it."""
    plan, row = frappe.qb.DocType("CAPA"), frappe.qb.DocType("CAPA Complaint")
    found: dict[str, set[str]] = {}
    for names in _parts(every):
        query = (
            frappe.qb.from_(row).inner_join(plan).on(plan.name == row.parent).select(row.complaint, plan.name)
        )
        for name, of in query.where((plan.stage != "void") & row.complaint.isin(names)).run():
            found.setdefault(name, set()).add(of)
    return found


def _causes(every: list[str]) -> dict[str, set[str]]:
    """Complaint → verified root causes that name it, or its investigation does."""
    cause, study = frappe.qb.DocType("Root Cause"), frappe.qb.DocType("Investigation")
    found: dict[str, set[str]] = {}
    for names in _parts(every):
        own = frappe.qb.from_(cause).select(cause.complaint, cause.name).where(cause.complaint.isin(names))
        through = (
            frappe.qb.from_(cause).inner_join(study).on(study.name == cause.investigation).select(study.complaint, cause.name)
            .where(study.complaint.isin(names))
        )  # fmt: skip
        for query in (own, through):
            for name, of in query.where(cause.status == "verified").run():
                found.setdefault(name, set()).add(of)
    return found


def _parts(names: Iterable[str]) -> Iterator[list[str]]:
    left = iter(names)
    while part := list(islice(left, _AT_ONCE)):
        yield part
