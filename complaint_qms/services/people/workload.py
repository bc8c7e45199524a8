"""Who could take on one more complaint: who may change it and has the fewest open ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import now_datetime

from complaint_qms.constants import load, roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.people.assignees import first_able
from complaint_qms.services.people.leave import away
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.people.roster import RosterMember, members


def open_complaints(users: Iterable[str]) -> dict[str, int]:
    """User → complaints that they handle and that have not ended; nothing for those without any. One query."""
    wanted = sorted(set(users))
    if not wanted:
        return {}
    complaint = frappe.qb.DocType("Complaint")
    return dict(
        frappe.qb.from_(complaint)
        .select(complaint.complaint_owner, Count("*"))
        .where(complaint.complaint_owner.isin(wanted) & complaint.stage.isin(list(COMPLAINT_UNENDED)))
        .groupby(complaint.complaint_owner)
        .run()
    )


@dataclass(frozen=True)
class Takers:
    """Who takes on more by itself. ``here``: today; ``away``: when they are back; ``open``: complaints that they have."""

    here: list[str]
    away: list[str]
    open: dict[str, int]


def takers(users: Iterable[str]) -> Takers:
    """Those of the users whom their Complaint Handler takes out of nothing and leaves room; five queries."""
    wanted = list(users)
    known, open_now = members(wanted), open_complaints(wanted)
    taking = [user for user in wanted if known[user].enabled and known[user].has_room(open_now.get(user, 0))]
    off = away(taking, now_datetime().date())
    return Takers(
        [user for user in taking if user not in off], [user for user in taking if user in off], open_now
    )


def least_loaded(
    doc: Document, without: str | None = None, *, even_away: bool = False
) -> tuple[str, int] | None:
    """The complaint agent with the fewest open complaints who takes on more and may be named for a record, and how many those are;
    None where there is nobody, or nobody but `without`.

    Args:
        even_away: where nobody else may, somebody who is not here today.
    """
    found = takers(user for user in holders_of([roles.AGENT])[roles.AGENT] if user != without)
    for people in (found.here, found.away if even_away else []):
        ranked = sorted(people, key=lambda name: (found.open.get(name, 0), name))
        if user := first_able(doc, ranked):
            return user, found.open.get(user, 0)
    return None


def capacity_of(known: Mapping[str, RosterMember]) -> dict[str, int]:
    """User → how many open complaints they can look after: as their Complaint Handler says, else as the settings do."""
    usual = frappe.db.get_single_value(SETTINGS, "usual_capacity", cache=True) or load.USUAL_CAPACITY
    return {user: member.capacity or int(usual) for user, member in known.items()}
