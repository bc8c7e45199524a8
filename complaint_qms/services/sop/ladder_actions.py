"""What the steps of the ladder do: tell somebody, let them follow the complaint, make it more urgent, give it to somebody else, call a rule.

Set-based but for handing over, which is a task of the framework for each complaint. The n-th step of every complaint is taken before
the next one of any, so that a step finds what those before it have made of handler and urgency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

import frappe

from complaint_qms.constants.escalation import BY_ROLE, CALL, LOG, NAMELESS, RAISE, REASSIGN, WATCH
from complaint_qms.constants.rules import RULE
from complaint_qms.engine.sla import steps as sla_steps
from complaint_qms.engine.sla.steps import Taken
from complaint_qms.services import writing
from complaint_qms.services.notify.outbox import AUTHOR
from complaint_qms.services.notify.person import Person
from complaint_qms.services.people import assignment
from complaint_qms.services.people.assignees import first_able
from complaint_qms.services.people.workload import open_complaints
from complaint_qms.services.sop import ladder_state
from complaint_qms.services.sop.plan import Plan, plan_of
from complaint_qms.services.sop.step_recipients import StepRecipients

_FOLLOW: Final = "Document Follow"
_WHY: Final = "escalation step"


def take_steps(rows: list[frappe._dict], now: datetime) -> dict[str, list[dict[str, Any]]]:
    """Take every step that is due of complaints that are locked: complaint → its steps as the log keeps them. The rows are brought up
    to date as well."""
    plans: dict[tuple[str, str], Plan | None] = {}
    taken: dict[str, list[Taken]] = {}
    for row in rows:
        if not row.ladder_next_at or row.ladder_next_at > now:
            continue
        by = row.sop, row.company
        if by not in plans:
            plans[by] = plan_of(frappe._dict(sop=row.sop, company=row.company))
        if plan := plans[by]:
            taken[row.name] = _climb(row, plan, now)
    climbed = {row.name: row for row in rows if row.name in taken}
    done: dict[str, list[dict[str, Any]]] = {name: [] for name in climbed}
    actions = _Actions(now)
    for number in range(max((len(steps) for steps in taken.values()), default=0)):
        turn = [(climbed[name], steps[number]) for name, steps in taken.items() if number < len(steps)]
        for (row, one), told in zip(turn, actions.take(turn), strict=True):
            done[row.name].append(_logged(row, one, told, now))
    _write(climbed, done, now)
    return {name: steps for name, steps in done.items() if steps}


def _climb(row: frappe._dict, plan: Plan, now: datetime) -> list[Taken]:
    ahead, behind = ladder_state.kept_steps(row.ladder_steps)
    taken, left, row.ladder_next_at = sla_steps.climb(ahead, plan.ladder, row.urgency, now)
    row.ladder_steps = ladder_state.as_kept(left, [*behind, *(one.ahead.key for one in taken)])
    return taken


class _Actions:
    """Does what the steps of one sweep of a batch say."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._recipients = StepRecipients(now.date())

    def take(self, turn: list[tuple[frappe._dict, Taken]]) -> list[dict[str, Any]]:
        """One step each of several complaints; whom it reached and what it changed."""
        self._recipients.learn((row, one.step) for row, one in turn if one.step.action not in NAMELESS)
        called = _rules_in_use(one.step.rule for _row, one in turn)
        done: list[dict[str, Any]] = []
        raised: dict[tuple[str, str], list[str]] = defaultdict(list)
        followers: list[tuple[str, str]] = []
        for row, one in turn:
            told: dict[str, Any] = {"told": [], "old_value": None, "new_value": None}
            if one.step.action == RAISE:
                told |= {"old_value": row.urgency, "new_value": one.urgency}
                if one.urgency != row.urgency:
                    raised[row.urgency, one.urgency].append(row.name)
                row.urgency = one.urgency
            elif one.step.action == CALL:
                # Asked when all of the sweep is written; one that is in use no more is not.
                told["new_value" if one.step.rule in called else "old_value"] = one.step.rule
            elif one.step.action == REASSIGN:
                told["old_value"] = row.complaint_owner
                told["told"] = self._hand_over(row, one)
                told["new_value"] = row.complaint_owner
            else:
                told["told"] = [person.user for person in self._recipients.people(row, one.step)]
            if one.step.action == WATCH:
                followers += [(row.name, user) for user in told["told"]]
            done.append(told)
        for (old, new), names in raised.items():
            writing.set_with_version("Complaint", names, "urgency", old, new, _WHY)
        _follow(followers, self._now)
        return done

    def _hand_over(self, row: frappe._dict, one: Taken) -> list[str]:
        """Give a complaint to the first who may have it: whoever of the people meant has the fewest, where a role is."""
        groups = [group for group in self._recipients.groups(row, one.step) if group]
        meant = self._recipients.people(row, one.step)
        if row.complaint_owner and row.complaint_owner in {person.user for person in meant}:
            return []
        if one.step.recipient == BY_ROLE:
            meant = _least_loaded_first(meant)
        asked = {person.user: None for person in (*meant, *(person for group in groups for person in group))}
        doc = frappe.get_doc("Complaint", row.name)
        user = first_able(doc, [user for user in asked if user != row.complaint_owner])
        if not user:
            return []
        assignment.reassign(doc, user, _WHY)
        row.complaint_owner = user
        return [user]


def _rules_in_use(wanted: Iterable[str]) -> set[str]:
    names = sorted({name for name in wanted if name})
    if not names:
        return set()
    return set(frappe.get_all(RULE, {"name": ("in", names), "enabled": 1}, pluck="name", order_by="name asc"))


def _follow(wanted: Iterable[tuple[str, str]], now: datetime) -> None:
    """The framework's own followers of a record: its side bar names them, and who has chosen that is mailed what changes."""
    pairs = dict.fromkeys(wanted)
    if not pairs:
        return
    known = frappe.get_all(
        _FOLLOW,
        {"ref_doctype": "Complaint", "ref_docname": ("in", sorted({name for name, _user in pairs}))},
        ["ref_docname", "user"],
        order_by="name asc",
    )
    for row in known:
        pairs.pop((row.ref_docname, row.user), None)
    rows = [{"ref_doctype": "Complaint", "ref_docname": name, "user": user} for name, user in pairs]
    writing.insert_rows(_FOLLOW, rows, now, AUTHOR, _WHY)


def _least_loaded_first(people: list[Person]) -> list[Person]:
    load = open_complaints(person.user for person in people)
    return sorted(people, key=lambda person: (load.get(person.user, 0), person.user))


def _logged(row: frappe._dict, one: Taken, told: dict[str, Any], now: datetime) -> dict[str, Any]:
    step = one.step
    return {
        "taken_at": now,
        "reached_at": one.ahead.at,
        "clock": step.clock,
        "stage": row.stage if step.clock == "stage" else "",
        "moment": step.moment,
        "amount": step.amount,
        "action": step.action,
        "recipient": step.recipient,
        "sop": row.sop,
        **told,
    }


def _write(climbed: dict[str, frappe._dict], done: dict[str, list[dict[str, Any]]], now: datetime) -> None:
    if not climbed:
        return
    values = {
        name: {"ladder_steps": row.ladder_steps, "ladder_next_at": row.ladder_next_at}
        for name, row in climbed.items()
    }
    writing.set_many("Complaint", values, _WHY)
    places = dict(
        frappe.get_all(
            LOG,
            {"parent": ("in", list(climbed)), "parenttype": "Complaint"},
            ["parent", "idx"],
            order_by="idx asc",
            as_list=True,
        )
    )
    rows = []
    for name, steps in done.items():
        for place, step in enumerate(steps, places.get(name, 0) + 1):
            rows.append(
                {
                    "parent": name,
                    "parenttype": "Complaint",
                    "parentfield": "escalations",
                    "idx": place,
                    **step,
                    "told": "\n".join(step["told"]),
                }
            )
    writing.insert_rows(LOG, rows, now, AUTHOR, _WHY)
