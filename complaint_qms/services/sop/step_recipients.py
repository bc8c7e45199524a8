"""Who is meant by a step of the ladder: handler, superior, manager, director, a role or a person, without who is away.

Somebody is found as long as anybody may see the complaint: who is away is asked after everybody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

import frappe

from complaint_qms.constants.escalation import ABOVE, BY_ROLE, BY_USER
from complaint_qms.constants.roles import MANAGER
from complaint_qms.engine.sla.steps import Step
from complaint_qms.services.notify.person import Person
from complaint_qms.services.people.absence import chains_of
from complaint_qms.services.people.leave import away
from complaint_qms.services.sop.recipients import Directory


class StepRecipients:
    """Answers for many complaints at once; read for a whole batch, like `Directory`, and kept for those that follow."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._directory = Directory()
        self._chains: dict[str, list[str]] = {}
        self._away: dict[str, bool] = {}

    def learn(self, rows: Iterable[tuple[frappe._dict, Step]]) -> None:
        """Read what is not known yet about these complaints and their steps; a fixed number of queries."""
        wanted = list(rows)
        complaints = list({row.name: row for row, _step in wanted}.values())
        self._directory.learn(complaints)
        below = {user for row in complaints for user in self._handlers(row)}
        below |= {step.user for _row, step in wanted if step.user}
        if new := below - self._chains.keys():
            self._chains |= chains_of(new, len(ABOVE) + 1)
        users = {user for chain in self._chains.values() for user in chain} | below
        users |= {step.backup for _row, step in wanted if step.backup}
        self._directory.acting(users)
        roles = {step.role for _row, step in wanted if step.role}
        roles |= {role for row in complaints for role in self._directory.escalation_roles(row) if role}
        users |= {person.user for person in self._directory.with_roles(sorted(roles))}
        users |= {person.user for row in complaints for person in self._directory.handlers(row)}
        if unknown := users - self._away.keys():
            gone = away(unknown, self._day)
            self._away |= {user: user in gone for user in unknown}

    def people(self, complaint: frappe._dict, step: Step) -> list[Person]:
        """Whom a step means for a complaint that was learned."""
        groups = [group for group in self.groups(complaint, step) if group]
        for group in groups:
            if here := [person for person in group if not self._away.get(person.user)]:
                return here
        return groups[0] if groups else []

    def groups(self, complaint: frappe._dict, step: Step) -> Iterator[list[Person]]:
        """Those whom a step means, and who is asked in their place, one group after the other; nobody who may not see the complaint."""
        directory = self._directory
        backup = directory.visible(self._each([step.backup]), complaint) if step.backup else []
        if step.recipient == BY_ROLE:
            yield directory.visible(directory.with_roles([step.role]), complaint)
            yield backup
            yield directory.visible(directory.with_roles([MANAGER]), complaint)
            return
        chain = self._chain(complaint, step)
        if step.recipient in ABOVE:
            chain = chain[ABOVE.index(step.recipient) :]
            first = chain[:1]
        else:
            first = [step.user] if step.recipient == BY_USER else []
        if step.recipient == "handler":
            yield directory.handlers(complaint)
        else:
            yield directory.visible(self._each(first), complaint)
        yield backup
        for person in directory.visible(self._each(user for user in chain if user not in first), complaint):
            yield [person]
        for role in (step.role, *directory.escalation_roles(complaint)):
            if role:
                yield directory.visible(directory.with_roles([role]), complaint)

    def handlers(self, complaint: frappe._dict) -> list[Person]:
        """Who has to act on a complaint that was learned."""
        return self._directory.handlers(complaint)

    def _chain(self, complaint: frappe._dict, step: Step) -> list[str]:
        """Superiors of the person named in the step, else of the handler, else of whoever answers for the stage."""
        named = [step.user] if step.recipient == BY_USER else self._handlers(complaint)
        return next((chain for user in named if (chain := self._chains.get(user))), [])

    def _handlers(self, complaint: frappe._dict) -> list[str]:
        named = complaint.complaint_owner, self._directory.stage_of(complaint).responsible_user
        return [user for user in named if user]

    def _each(self, users: Iterable[str]) -> list[Person | None]:
        """The people behind logins, each by themselves: who cannot act is nobody."""
        return [self._directory.person(user) for user in users]
