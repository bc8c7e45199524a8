"""Who has how much: complaints, investigations, actions and follow-ups of each person, what runs out on which day, how much more
they can take. A manager sees everybody, anybody else their own row; the number of queries is the same for one person and a hundred.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any, Final

import frappe
from frappe.permissions import get_doctype_roles
from frappe.query_builder import CustomFunction, Order
from frappe.query_builder.functions import Coalesce, Count, Sum
from frappe.utils import get_datetime
from pypika.analytics import RowNumber
from pypika.queries import Table
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants import load, roles, work
from complaint_qms.constants.clock import CLOCKS, OVERDUE, RUNNING
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.constants.survey import DOCTYPE as SURVEY
from complaint_qms.constants.survey import FOLLOW_UP
from complaint_qms.permissions.auditor import is_auditor_by
from complaint_qms.permissions.personal_data import shown_value
from complaint_qms.permissions.query import in_list
from complaint_qms.services.people.absence import absent_users
from complaint_qms.services.people.leave import days_away
from complaint_qms.services.people.role_holders import holders_of, roles_of
from complaint_qms.services.people.roster import members
from complaint_qms.services.people.session_users import may
from complaint_qms.services.people.workload import capacity_of, open_complaints
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.reporting.access import can_read, permitted
from complaint_qms.services.work.timing import Viewer

_FAR: Final = "9999-12-31 00:00:00"
_NOBODY: Final = ""
_LEAST: Final = CustomFunction("LEAST", [*CLOCKS])
_CARD: Final = (
    "name", "subject", "customer", "complainant_name", "stage", "urgency", "severity", "risk_color", "sla_status", "modified",
)  # fmt: skip
_LEADERS: Final = (roles.MANAGER, roles.QUALITY_MANAGER)


def load_of(viewer: Viewer, *, with_cards: bool = True) -> dict[str, Any]:
    """{days, people, sees_all}: a row for each person, those with the most overdue first, and what is nobody's on top.

    `days` are the days of a week from today on. A person: {user, full_name, open, capacity, share, level, elsewhere (open
    complaints that the viewer does not see), overdue, days (how many run out on each), away (on which days), left, takes (whether
    complaints can be given to them), off (whether their Complaint Handler takes none), stages, urgencies,
    others: {investigation, capa_action, follow_up: {open, overdue, week}}, cards (none without `with_cards`), more (how many are not
    among them)}.
    """
    days = [viewer.today + timedelta(days=number) for number in range(work.WEEK_DAYS)]
    sees_all = may(*_LEADERS)
    only = None if sees_all else [viewer.user]
    counts = _complaints(viewer, days, only)
    others = {kind: found(viewer, days, only) for kind, found in _OTHERS.items()}
    people = _people(only, counts, others)
    cards = _cards(only) if with_cards else {}
    open_now = open_complaints(people)
    away, left = days_away(people, days[0], days[-1]), absent_users(people)
    takers = _takers(people) - left
    names, known = values_of("User", people, "full_name"), members(people)
    capacity = capacity_of(known)
    rows = [
        _row(user, counts[user], cards.get(user, []), open_now.get(user, 0), capacity.get(user), viewer)
        | {
            "full_name": names.get(user) or user,
            "away": [str(day) for day in sorted(away.get(user, ()))],
            "left": user in left,
            "takes": user in takers,
            "off": not known[user].enabled,
            "others": {kind: found[user] for kind, found in others.items() if user in found},
        }
        for user in people
    ]
    rows.sort(key=lambda row: (-row["overdue"], -(row["share"] or 0), -row["open"], row["full_name"]))
    if sees_all and counts[_NOBODY]["open"]:
        rows.insert(0, _row(_NOBODY, counts[_NOBODY], cards.get(_NOBODY, []), 0, None, viewer))
    return {"days": [str(day) for day in days], "people": rows, "sees_all": sees_all}


def _people(only: list[str] | None, counts: dict, others: dict[str, dict]) -> list[str]:
    """Whoever handles complaints, or has work of one of the kinds shown."""
    if only is not None:
        return only
    handlers = holders_of((roles.AGENT, roles.MANAGER))
    found = {user for users in handlers.values() for user in users}
    return sorted({*found, *counts, *(user for kind in others.values() for user in kind)} - {_NOBODY})


def _takers(users: list[str]) -> set[str]:
    """Those whose roles let them handle complaints; an auditor takes none, whatever else a role of the site offers. One query."""
    able = {*get_doctype_roles("Complaint", "write")}
    return {user for user, held in roles_of(users).items() if held & able and not is_auditor_by(held)}


def _row(
    user: str,
    found: dict[str, Any],
    cards: list[dict[str, Any]],
    open_now: int,
    capacity: int | None,
    viewer: Viewer,
) -> dict[str, Any]:
    # What somebody carries counts whole, also what the viewer has no sight of.
    carried = max(open_now, found["open"])
    share = carried / capacity if capacity else None
    for card in cards:
        card["status"] = OVERDUE if card["due"] and card["due"] <= viewer.now else card.pop("sla_status")
    return {
        "user": user,
        "full_name": "",
        "open": found["open"],
        "elsewhere": carried - found["open"],
        "capacity": capacity,
        "share": share,
        "level": _level(share),
        "overdue": found["overdue"],
        "days": found["days"],
        "away": [],
        "left": False,
        "takes": False,
        "off": False,
        "stages": dict(found["stages"]),
        "urgencies": dict(found["urgencies"]),
        "others": {},
        "cards": cards,
        "more": found["open"] - len(cards),
    }


def _level(share: float | None) -> str:
    if share is None or share < load.BUSY_SHARE:
        return load.LEVEL_FREE
    return load.LEVEL_FULL if share >= load.FULL_SHARE else load.LEVEL_BUSY


def _complaints(viewer: Viewer, days: list[date], only: list[str] | None) -> dict[str, dict[str, Any]]:
    """User → {open, overdue, days, stages, urgencies} of their open complaints; one query."""
    complaint = frappe.qb.DocType("Complaint")
    due, owner = _first_due(complaint), Coalesce(complaint.complaint_owner, _NOBODY)
    query = (
        frappe.qb.from_(complaint)
        .select(owner.as_("user"), complaint.stage, complaint.urgency, Count("*").as_("open"))
        .select(_how_many(due <= _text(viewer.now)).as_("overdue"))
        .where(_open(complaint, only))
        .groupby(owner, complaint.stage, complaint.urgency)
    )
    begin = viewer.now
    for number, day in enumerate(days):
        end = viewer.end_of(day)
        query = query.select(_how_many((due > _text(begin)) & (due <= _text(end))).as_(f"day_{number}"))
        begin = end
    found: dict[str, dict[str, Any]] = defaultdict(lambda: _nothing(len(days)))
    for row in permitted(query).run(as_dict=True):
        one = found[row.user]
        one["open"] += row.open
        one["overdue"] += int(row.overdue)
        one["days"] = [sum_ + int(row[f"day_{number}"]) for number, sum_ in enumerate(one["days"])]
        one["stages"][row.stage] += row.open
        one["urgencies"][row.urgency or ""] += row.open
    return found


def _nothing(days: int) -> dict[str, Any]:
    return {"open": 0, "overdue": 0, "days": [0] * days, "stages": Counter(), "urgencies": Counter()}


def _cards(only: list[str] | None) -> dict[str, list[dict[str, Any]]]:
    """User → their complaints that run out first; one query, and one for the names of customers."""
    complaint = frappe.qb.DocType("Complaint")
    due, owner = _first_due(complaint), Coalesce(complaint.complaint_owner, _NOBODY)
    place = RowNumber().over(owner).orderby(due).orderby(complaint.name)
    ranked = permitted(
        frappe.qb.from_(complaint)
        .select(owner.as_("user"), due.as_("due"), place.as_("place"), *(complaint[field] for field in _CARD))
        .where(_open(complaint, only))
    ).as_("ranked")
    rows = (
        frappe.qb.from_(ranked)
        .select("*")
        .where(ranked.place <= load.CARDS)
        .orderby(ranked.user, order=Order.asc)
        .orderby(ranked.place, order=Order.asc)
    ).run(as_dict=True)
    customers = values_of("Customer", (row.customer for row in rows), "customer_name")
    found = defaultdict(list)
    for row in rows:
        due_at = get_datetime(row.due)
        found[row.pop("user")].append(
            {
                **row,
                "due": None if due_at.year == 9999 else due_at,
                "modified": str(row.modified),
                "complainant_name": (
                    told := shown_value("Complaint", "complainant_name", row.complainant_name)
                ),
                "customer_name": customers.get(row.customer) or row.customer or told,
            }
        )
    return found


def _investigations(viewer: Viewer, days: list[date], only: list[str] | None) -> dict[str, dict[str, int]]:
    if not can_read("Investigation"):
        return {}
    table = frappe.qb.DocType("Investigation")
    open_ones = table.stage.isin(work.OPEN_STATES["Investigation"])
    query = _dated(table, table.investigator, table.due_date, days, open_ones, only)
    return _by_user(permitted(query, "Investigation"))


def _actions(viewer: Viewer, days: list[date], only: list[str] | None) -> dict[str, dict[str, int]]:
    """Those of CAPAs being implemented; an owner needs no sight of the CAPA for their own."""
    table, capa = frappe.qb.DocType("CAPA Action"), frappe.qb.DocType("CAPA")
    under_way = frappe.qb.from_(capa).select(capa.name).where(capa.stage == "implement")
    wanted = (table.parenttype == "CAPA") & table.parent.isin(under_way)
    if only is None:
        seen = in_list("CAPA", table.parent, viewer.user)
        if not can_read("CAPA"):
            wanted &= table.action_owner == viewer.user
        elif seen is not None:
            wanted &= (table.action_owner == viewer.user) | seen
    open_ones = wanted & table.status.isin(work.OPEN_STATES["CAPA Action"])
    return _by_user(_dated(table, table.action_owner, table.due_date, days, open_ones, only))


def _follow_ups(viewer: Viewer, days: list[date], only: list[str] | None) -> dict[str, dict[str, int]]:
    if not can_read(SURVEY):
        return {}
    table = frappe.qb.DocType(SURVEY)
    open_ones = (table.second_look == FOLLOW_UP) & table.follow_up_done_at.isnull()
    query = _dated(table, table.follow_up_by, table.follow_up_due, days, open_ones, only)
    return _by_user(permitted(query, SURVEY))


_OTHERS: Final = {
    work.INVESTIGATION: _investigations,
    work.CAPA_ACTION: _actions,
    work.FOLLOW_UP: _follow_ups,
}


def _dated(
    table: Table, person: Term, due: Term, days: list[date], wanted: Criterion, only: list[str] | None
) -> Any:
    """How much of one kind each person has, by a due day."""
    query = (
        frappe.qb.from_(table)
        .select(person.as_("user"), Count("*").as_("open"))
        .select(_how_many(due < str(days[0])).as_("overdue"))
        .select(_how_many((due >= str(days[0])) & (due <= str(days[-1]))).as_("week"))
        .where(wanted & person.isnotnull() & (person != _NOBODY))
        .groupby(person)
    )
    return query if only is None else query.where(person.isin(only))


def _by_user(query: Any) -> dict[str, dict[str, int]]:
    return {
        row.user: {key: int(row[key]) for key in ("open", "overdue", "week")}
        for row in query.run(as_dict=True)
    }


def _open(complaint: Table, only: Collection[str] | None) -> Criterion:
    unended = complaint.stage.isin(COMPLAINT_UNENDED)
    return unended if only is None else unended & complaint.complaint_owner.isin(list(only))


def _first_due(complaint: Table) -> Term:
    """When the running clock of a complaint that is first runs out; far away where none runs."""
    return _LEAST(
        *(
            Case()
            .when(complaint[f"{clock}_status"].isin(RUNNING), Coalesce(complaint[f"{clock}_due"], _FAR))
            .else_(_FAR)
            for clock in CLOCKS
        )
    )


def _how_many(condition: Criterion) -> Term:
    return Sum(Case().when(condition, 1).else_(0))


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")
