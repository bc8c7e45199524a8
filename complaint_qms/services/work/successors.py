"""Who gets a piece of work that somebody is to have no more: who was chosen, or whoever the procedures and the least work point to."""

from __future__ import annotations

from datetime import datetime

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import escape_html, get_fullname

from complaint_qms.constants.chat import CHAT
from complaint_qms.services.chat import channels
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.people.workload import Takers, least_loaded, takers
from complaint_qms.services.sop import assigning
from complaint_qms.services.work.pieces import Kind, objection_to


class Successors:
    """Looks for them, for the work of one person."""

    def __init__(self, user: str, to: str, now: datetime) -> None:
        self._user, self._to, self._now = user, to, now
        self._takers: dict[str, Takers] = {}
        self._loads: dict[tuple[str, str], dict[str, int]] = {}

    def person(self, kind: Kind, doc: Document) -> str:
        """Who gets a piece.

        Raises:
            frappe.ValidationError: there is nobody, or who was chosen may not have it.
        """
        if self._to:
            if sentence := objection_to(kind, doc, self._to):
                name = frappe.bold(escape_html(get_fullname(self._to)))
                frappe.throw(sentence.format(_("Hand On To"), name))
            return self._to
        found = self._by_sop(doc) if kind.doctype == "Complaint" else self._fewest(kind, doc)
        if not found:
            frappe.throw(_("Nobody was found who may take it. Name somebody by hand."))
        return found

    def _by_sop(self, doc: Document) -> str | None:
        found = assigning.found_for(doc, self._now, without=self._user)
        if found and found.user:
            return found.user
        agent = least_loaded(doc, without=self._user, even_away=True)
        return agent[0] if agent else None

    def _fewest(self, kind: Kind, doc: Document) -> str | None:
        role = kind.role
        if kind.doctype == CHAT:
            channel = channels.channel_named(doc.channel)
            role = (channel.responsible_role if channel else None) or role
        if not role:
            return None
        if role not in self._takers:
            self._takers[role] = takers(user for user in holders_of([role])[role] if user != self._user)
        people = self._takers[role]
        place = (kind.row or kind.doctype, role)
        if place not in self._loads:
            self._loads[place] = _open_work(kind, [*people.here, *people.away])
        loads = self._loads[place]
        # Who is away gets it where nobody else may.
        for users in (people.here, people.away):
            for user in sorted(users, key=lambda one: (loads.get(one, 0), one)):
                if objection_to(kind, doc, user) is None:
                    loads[user] = loads.get(user, 0) + 1
                    return user
        return None


def _open_work(kind: Kind, users: list[str]) -> dict[str, int]:
    """User → open pieces of a kind that they have; nothing for those without any. One query."""
    if not users:
        return {}
    table = frappe.qb.DocType(kind.row or kind.doctype)
    person = table[kind.person]
    query = frappe.qb.from_(table).select(person, Count("*")).where(person.isin(users)).groupby(person)
    for field, wanted in kind.filters.items():
        if not isinstance(wanted, tuple):
            query = query.where(table[field] == wanted)
        elif wanted[0] == "in":
            query = query.where(table[field].isin(list(wanted[1])))
        else:
            query = query.where(table[field].isnull())
    return dict(query.run())
