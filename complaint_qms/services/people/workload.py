"""Who could take on one more complaint: who may change it and has the fewest open ones."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Count

from complaint_qms.constants import roles
from complaint_qms.constants.stages import COMPLAINT_UNENDED
from complaint_qms.services.people.assignees import objection
from complaint_qms.services.people.role_holders import holders_of

# Agents whose rights are asked for at most; on a site of many companies the first ones may all be others'.
_ASKED: Final = 10


def least_loaded(doc: Document) -> tuple[str, int] | None:
    """The complaint agent with the fewest open complaints who may be named for a record, and how many those are; None where
    there is nobody. Two queries, and what it takes to ask for the rights of the ten who come first."""
    agents = holders_of([roles.AGENT])[roles.AGENT]
    if not agents:
        return None
    complaint = frappe.qb.DocType("Complaint")
    open_now = dict(
        frappe.qb.from_(complaint)
        .select(complaint.complaint_owner, Count("*"))
        .where(complaint.complaint_owner.isin(agents) & complaint.stage.isin(list(COMPLAINT_UNENDED)))
        .groupby(complaint.complaint_owner)
        .run()
    )
    for user in sorted(agents, key=lambda name: (open_now.get(name, 0), name))[:_ASKED]:
        if objection(doc, user) is None:
            return user, open_now.get(user, 0)
    return None
