"""Whom a stage of an SOP gives a complaint to, and why: the person it names, who is next in turn, or who has the fewest.

Only who can act, is here today, has room for one more and may change the complaint. Of those, whoever fits by skill, language, product
line or region goes first; where nobody fits, the others are not kept from it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from frappe.model.document import Document
from frappe.utils import get_datetime

from complaint_qms.constants.assigning import FITS, MATCH, NAMED, SKILL, TREES, TURN
from complaint_qms.engine.message import Message
from complaint_qms.integrations.erpnext import trees
from complaint_qms.services.notify.person import people_of
from complaint_qms.services.people import roster
from complaint_qms.services.people.absence import absent_users, chains_of
from complaint_qms.services.people.assignees import first_able, objection
from complaint_qms.services.people.leave import away
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.people.roster import RosterMember
from complaint_qms.services.people.workload import open_complaints
from complaint_qms.services.record.timeline import Label, Names, Text, line

_LEVELS = 3
_LONG_AGO = datetime.min


@dataclass(frozen=True)
class FoundHandler:
    """``user``: who was found, None for nobody; ``why``: as a line of the timeline; ``open``: complaints they have already;
    ``idle``: nobody is free, whatever the complaint."""

    user: str | None
    why: Message
    open: int = 0
    idle: bool = False


def find_handler(
    doc: Document, row: Document, now: datetime, *, take: bool = True, without: str | None = None
) -> FoundHandler:
    """Whom a row of the stages of an SOP means for a complaint.

    Args:
        take: the complaint goes to them: it is their turn, and whoever looks for somebody of them at the same moment waits. Without it
            nothing is written and nobody waits.
        without: somebody who is not to get it.
    """
    search = _Search(doc, row, now, take, without)
    return search.named() if row.assign_by == NAMED else search.among()


class _Search:
    """One search; what it finds on the way is told in the reason."""

    def __init__(self, doc: Document, row: Document, now: datetime, take: bool, without: str | None) -> None:
        self._doc, self._row, self._now, self._take = doc, row, now, take
        self._without = without
        self._notes: list[Message] = []
        self._loads: dict[str, int] = {}
        self._members: dict[str, RosterMember] = {}
        self._in_turn: set[str] = set()

    def named(self) -> FoundHandler:
        """The person whom the stage names, else who is above them, else those with its role."""
        user = self._row.responsible_user
        here = self._free([user])
        if here and objection(self._doc, user) is None:
            return self._given(user, line("named for this stage by the SOP"))
        above = self._free(chains_of([user], _LEVELS)[user])
        for superior in above:
            if objection(self._doc, superior) is None:
                return self._given(superior, line("superior of {0}", self._names([user])))
        if self._row.responsible_role:
            return self.among()
        return FoundHandler(None, self._told(line("nobody can take it today")), idle=not (here or above))

    def among(self) -> FoundHandler:
        """Somebody with the role, of the department."""
        pool = self._pool()
        free = self._free(pool)
        ranked = sorted(self._fitting(free), key=self._rank)
        owner = self._doc.complaint_owner
        if owner in ranked:
            return self._given(owner, line("is one of {0} ({1}) already", len(pool), self._meant()))
        rest = sorted((user for user in free if user not in ranked), key=self._rank)
        found = first_able(self._doc, ranked) or first_able(self._doc, rest)
        if not found:
            why = self._told(line("nobody of {0} ({1}) can take it today", len(pool), self._meant()))
            return FoundHandler(None, why, idle=not free)
        if self._row.assign_by == TURN:
            return self._given(found, line("next in turn of {0} ({1})", len(pool), self._meant()))
        return self._given(found, line("least loaded of {0} ({1})", len(pool), self._meant()))

    def _pool(self) -> list[str]:
        """Those who are meant, by name, without who takes on nothing by itself."""
        role, department = self._row.responsible_role, self._row.for_department
        users = holders_of([role])[role] if role else trees.users_of(department)
        if role and department:
            of_department = set(trees.users_of(department))
            users = [user for user in users if user in of_department]
        self._members |= self._held(users) if self._take else roster.members(users)
        return [user for user in users if self._members[user].enabled and user != self._without]

    def _held(self, users: list[str]) -> dict[str, RosterMember]:
        self._in_turn |= set(users)
        role = self._row.responsible_role
        return roster.held_members("Role" if role else "Department", role or self._row.for_department, users)

    def _free(self, users: Iterable[str]) -> list[str]:
        """Those who can act, are here today and have room for one more; of the others it is told why not."""
        wanted = [user for user in users if user != self._without]
        if new := [user for user in wanted if user not in self._members]:
            self._members |= roster.members(new)
        gone = absent_users(wanted)
        if gone:
            self._notes.append(line("cannot act any more: {0}", self._names(sorted(gone))))
        off = away(wanted, self._now.date()) - gone
        if off:
            self._notes.append(line("away today: {0}", self._names(sorted(off))))
        self._loads |= open_complaints(wanted)
        here = [user for user in wanted if user not in gone | off]
        full = [user for user in here if self._is_full(user)]
        if full:
            self._notes.append(line("no room for one more: {0}", self._names(full)))
        return [user for user in here if user not in full]

    def _is_full(self, user: str) -> bool:
        # What they have already takes no room twice.
        has = self._loads.get(user, 0) - (user == self._doc.complaint_owner)
        return not self._members[user].has_room(has)

    def _fitting(self, users: list[str]) -> list[str]:
        """Those who fit by what the stage asks for, as far as anybody does."""
        left = users
        for name, values in self._asked():
            fit = [user for user in left if self._members[user].stands_for(name, values)]
            about = Label(MATCH, name), Text(self._row.skill if name == SKILL else values[0])
            if fit:
                left = fit
                self._notes.append(line("fits by {0}: {1}", *about))
            elif left:
                self._notes.append(line("nobody of them fits by {0}: {1}", *about))
        return left

    def _asked(self) -> Iterable[tuple[str, list[str]]]:
        if self._row.skill:
            yield SKILL, [self._row.skill.strip().casefold()]
        for name, (asks, field) in FITS.items():
            value = self._doc.get(field) if self._row.get(asks) else None
            if value:
                yield name, trees.path(TREES[name], value) if name in TREES else [value]

    def _rank(self, user: str) -> tuple[Any, ...]:
        last = self._members[user].given_at
        waits = get_datetime(last) if last else _LONG_AGO
        return (waits, user) if self._row.assign_by == TURN else (self._loads.get(user, 0), waits, user)

    def _given(self, user: str, why: Message) -> FoundHandler:
        # In turn are those among whom somebody was looked for.
        if user in self._in_turn and user != self._doc.complaint_owner:
            roster.give(self._members[user], (self._members[one] for one in self._in_turn), self._now)
        return FoundHandler(user, self._told(why), self._loads.get(user, 0))

    def _told(self, why: Message) -> Message:
        return line("{0}", [why, *self._notes])

    def _meant(self) -> Any:
        role, department = self._row.responsible_role, self._row.for_department
        if role and department:
            return line("{0}, {1}", role, Text(department))
        return role or Text(department)

    @staticmethod
    def _names(users: list[str]) -> Names:
        people = people_of(users)
        return Names([people[user].full_name if user in people else user for user in users])
