"""Who is told of a complaint whose time runs out: the handler, and for an overdue one the superior."""

from __future__ import annotations

from collections.abc import Iterable

import frappe

from complaint_qms.constants.roles import MANAGER
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.sight import Sight
from complaint_qms.services.notify.person import Person, people_of
from complaint_qms.services.people.absence import absent_users, superiors_of
from complaint_qms.services.people.role_holders import holders_of

COMPLAINT_FIELDS = (
    "name",
    "subject",
    "company",
    "customer",
    "complainant_name",
    "stage",
    "sop",
    "complaint_owner",
    "hold_until",
    "urgency",
)


class Directory:
    """People and responsibilities, read for a whole batch at once and kept for the batches that follow.

    Handler: the complaint's owner, without one the stage's responsible user, for both their superior while they are
    absent; else those with its responsible role, else those with the fallback role of the settings, else the complaint
    managers where somebody was named.

    Superior: the nearest one of the owner who can act; where there is none, those with the role that the stage, else
    the SOP, escalates to; else the complaint managers.

    Whoever may not see the complaint, named in person or for a role, is not told; the next who may is.
    """

    def __init__(self) -> None:
        self._people: dict[str, Person | None] = {}
        self._superiors: dict[str, str | None] = {}
        self._absent: set[str] = set()
        self._stages: dict[tuple[str, str], frappe._dict] = {}
        self._sop_roles: dict[str, str | None] = {}
        self._silent: set[str] = set()
        self._holders: dict[str, list[str]] = {}
        self.sight = Sight("Complaint", ())
        """Who sees which of the complaints that were learned last."""
        self._fallback = frappe.db.get_single_value(SETTINGS, "fallback_handler_role")

    def learn(self, complaints: Iterable[frappe._dict]) -> None:
        """Read what is not known yet about these complaints; a fixed number of queries. Those learned before are
        forgotten."""
        rows = list(complaints)
        self.sight = Sight("Complaint", (row.name for row in rows))
        self._learn_sops({row.sop for row in rows if row.sop} - set(self._sop_roles))
        named = {row.complaint_owner for row in rows if row.complaint_owner}
        named |= {stage.responsible_user for stage in self._stages.values() if stage.responsible_user}
        self._learn_superiors(named - set(self._superiors))
        roles = {MANAGER, self._fallback}
        for row in rows:
            stage = self.stage_of(row)
            roles |= {stage.responsible_role, stage.escalate_to_role, self._sop_roles.get(row.sop)}
        self._learn_roles({role for role in roles if role} - set(self._holders))
        users = named | {user for user in self._superiors.values() if user}
        users |= {user for holders in self._holders.values() for user in holders}
        self._learn_people(users - set(self._people))

    def acting(self, users: Iterable[str | None]) -> dict[str, Person]:
        """User → who can be told for them: themselves, or their superior while they are absent."""
        wanted = {user for user in users if user}
        self._learn_superiors(wanted - set(self._superiors))
        known = wanted | {user for user in self._superiors.values() if user}
        self._learn_people(known - set(self._people))
        return {user: person for user in wanted if (person := self._acting(user))}

    def with_roles(self, roles: Iterable[str]) -> list[Person]:
        """Everybody with one of the roles who can act, each once; what they see is for the caller to ask."""
        wanted = list(roles)
        self._learn_roles(set(wanted) - set(self._holders))
        users = {user: None for role in wanted for user in self._holders.get(role, ())}
        self._learn_people(users.keys() - set(self._people))
        return [person for user in users if (person := self._people.get(user))]

    def handlers(self, complaint: frappe._dict) -> list[Person]:
        """Who has to act on a complaint that was learned."""
        stage = self.stage_of(complaint)
        named = [user for user in (complaint.complaint_owner, stage.responsible_user) if user]
        for user in named:
            person = self._acting(user)
            if person and self.sight.sees(person.user, complaint.name):
                return [person]
        found = self._with_role(stage.responsible_role, complaint) or self._with_role(
            self._fallback, complaint
        )
        # Without a role for the stage, what an absent handler leaves behind is the managers' to hand on.
        return found or (self._with_role(MANAGER, complaint) if named else [])

    def judges(self, complaint: frappe._dict) -> list[Person]:
        """Who judges the work of the handler of a complaint that was learned: those its stage names, else the managers."""
        stage = self.stage_of(complaint)
        person = self._acting(stage.responsible_user) if stage.responsible_user else None
        if person and self.sight.sees(person.user, complaint.name):
            found = [person]
        else:
            found = self._with_role(stage.responsible_role, complaint) or self._with_role(MANAGER, complaint)
        return [person for person in found if person.user != complaint.complaint_owner]

    def superiors(self, complaint: frappe._dict) -> list[Person]:
        """To whom an overdue complaint that was learned is escalated."""
        person = self._people.get(self._superiors.get(complaint.complaint_owner))
        if person and self.sight.sees(person.user, complaint.name):
            return [person]
        found = (self._with_role(role, complaint) for role in self.escalation_roles(complaint))
        return next((people for people in found if people), [])

    def reminds(self, complaint: frappe._dict) -> bool:
        """Whether handler and superior of a complaint that was learned are told of what is at risk and overdue, whatever its ladder says."""
        return complaint.sop not in self._silent

    def stage_of(self, complaint: frappe._dict) -> frappe._dict:
        """What the SOP lays down for the stage of a complaint that was learned; empty where it lays down nothing."""
        return self._stages.get((complaint.sop, complaint.stage), frappe._dict())

    def escalation_roles(self, complaint: frappe._dict) -> tuple[str | None, ...]:
        """Roles that are asked where nobody is above the handler of a complaint that was learned, the nearest first."""
        return self.stage_of(complaint).escalate_to_role, self._sop_roles.get(complaint.sop), MANAGER

    def person(self, user: str) -> Person | None:
        """A person who was learned and can act; nobody else stands in for them."""
        return None if user in self._absent else self._people.get(user)

    def visible(self, people: Iterable[Person | None], complaint: frappe._dict) -> list[Person]:
        """Those who may see a complaint that was learned."""
        return [person for person in people if person and self.sight.sees(person.user, complaint.name)]

    def _acting(self, user: str | None) -> Person | None:
        """The person, or their superior while they are absent; None for nobody."""
        person = self._people.get(user)
        return person if person and user not in self._absent else self._people.get(self._superiors.get(user))

    def _with_role(self, role: str | None, complaint: frappe._dict) -> list[Person]:
        return [
            person
            for user in self._holders.get(role, ())
            if (person := self._people.get(user)) and self.sight.sees(user, complaint.name)
        ]

    def _learn_sops(self, names: set[str]) -> None:
        if not names:
            return
        sop, stage = frappe.qb.DocType("Complaint SOP"), frappe.qb.DocType("Complaint SOP Stage")
        rows = (
            frappe.qb.from_(sop)
            .left_join(stage)
            .on((stage.parent == sop.name) & (stage.parenttype == "Complaint SOP"))
            .select(
                sop.name,
                sop.escalation_role,
                sop.basic_reminders,
                stage.stage,
                stage.responsible_role,
                stage.responsible_user,
                stage.escalate_to_role,
            )
            .where(sop.name.isin(names))
            .orderby(sop.name)
            .orderby(stage.idx)
            .run(as_dict=True)
        )
        for row in rows:
            self._sop_roles[row.name] = row.escalation_role
            if not row.basic_reminders:
                self._silent.add(row.name)
            self._stages.setdefault((row.name, row.stage), row)

    def _learn_superiors(self, users: set[str]) -> None:
        if users:
            self._superiors |= superiors_of(users)
            self._absent |= absent_users(users)

    def _learn_roles(self, roles: set[str]) -> None:
        self._holders |= holders_of(roles)

    def _learn_people(self, users: set[str]) -> None:
        self._people |= dict.fromkeys(users) | people_of(users)
