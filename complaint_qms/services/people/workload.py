"""Who could take on one more complaint: who may change it and has the fewest open ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count

from complaint_qms.constants import load, roles
from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.people.assignees import objection
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.people.roster import members

ASKED: Final = 10
"""People whose rights are asked for at most; on a site of many companies the first ones may all be others'."""


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


def least_loaded(doc: Document, without: str | None = None) -> tuple[str, int] | None:
    """The complaint agent with the fewest open complaints who may be named for a record, and how many those are; None where
    there is nobody, or nobody but `without`. Two queries, and what it takes to ask for the rights of the ten who come first."""
    agents = [user for user in holders_of([roles.AGENT])[roles.AGENT] if user != without]
    open_now = open_complaints(agents)
    for user in sorted(agents, key=lambda name: (open_now.get(name, 0), name))[:ASKED]:
        if objection(doc, user) is None:
            return user, open_now.get(user, 0)
    return None


def capacity_of(users: Iterable[str]) -> dict[str, int]:
    """User → how many open complaints they can look after: as their Complaint Handler says, else as the settings do; two queries."""
    usual = frappe.db.get_single_value(SETTINGS, "usual_capacity", cache=True) or load.USUAL_CAPACITY
    return {user: member.capacity or int(usual) for user, member in members(users).items()}
