"""Who may send a complaint back, where its SOP says so of the stage that it is in."""

from __future__ import annotations

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from complaint_qms.constants.stages import COMPLAINT_FLOW
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list

# People that a refusal names; whoever wants it done asks one of them.
_NAMED = 3


def why_not_back(doc: Document, origin: str, target: str) -> str | None:
    """Why the session's user does not take a complaint back from one stage to an earlier one, in plain text; None where they may."""
    if doc.doctype != "Complaint" or not doc.sop or not _is_back(origin, target):
        return None
    role = next(
        (
            row.back_role
            for row in frappe.get_cached_doc("Complaint SOP", doc.sop).stages
            if row.stage == origin
        ),
        None,
    )
    if not role or frappe.session.user == "Administrator" or role in frappe.get_roles():
        return None
    people = [get_fullname(user) for user in holders_of([role])[role][:_NAMED]]
    who = f" ({comma_list(people)})" if people else ""
    return _("By SOP {0}, only somebody with the role {1}{2} sends a complaint back from “{3}”.").format(
        doc.sop, _(role), who, word(origin)
    )


def _is_back(origin: str, target: str) -> bool:
    return (
        origin in COMPLAINT_FLOW
        and target in COMPLAINT_FLOW
        and COMPLAINT_FLOW.index(target) < COMPLAINT_FLOW.index(origin)
    )
