"""Short intake over the wire: who, which product, and what is known before the complaint is saved."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.services.intake import preview, search
from complaint_qms.services.people.workload import least_loaded
from complaint_qms.services.record.input_validation import read_object
from complaint_qms.services.record.timeline import plain_line
from complaint_qms.services.sop import assigning

_LONGEST = 140


@frappe.whitelist(methods=["GET", "POST"])
@checked
def parties(txt: str) -> list[dict[str, Any]]:
    """Customers, contacts and people who complained before: {doctype, label, notes, values (fields of Complaint)}."""
    frappe.has_permission("Complaint", "create", throw=True)
    return search.parties(txt[:_LONGEST])


@frappe.whitelist(methods=["GET", "POST"])
@checked
def products(txt: str, customer: str = "", company: str = "") -> list[dict[str, Any]]:
    """Items, batches, serial numbers and sales documents, in the same shape; without a text what the customer bought last."""
    frappe.has_permission("Complaint", "create", throw=True)
    return search.products(txt[:_LONGEST], customer, company)


@frappe.whitelist(methods=["POST"])
@checked
def look(data: Any = None, propose_handler: bool = False) -> dict[str, Any]:
    """What can be said of a complaint that is being entered; nothing is stored.

    Args:
        data: fields of Complaint that are filled so far, as an object or as its JSON text; others are passed over.
        propose_handler: look for who could take it on as well.

    Returns:
        {filled, items, sales, mentions, proposals, context} as of `services.intake.preview.look`, and `handler`, who is
        proposed: {user, full_name, open, why (empty: the fewest open)} or None.
    """
    frappe.has_permission("Complaint", "create", throw=True)
    sent = read_object(data, _("Send the fields of the complaint as an object in “data”."))
    doc, said = preview.look(sent)
    return {**said, "handler": _handler(doc) if propose_handler else None}


def _handler(doc: Any) -> dict[str, Any] | None:
    """Whom the SOP would give it to, with the reason, else the agent with the fewest open complaints."""
    if (by_sop := assigning.proposal(doc)) and by_sop.user:
        found, why = (by_sop.user, by_sop.open), plain_line(by_sop.why)
    else:
        found, why = least_loaded(doc), ""
    if not found:
        return None
    user, open_now = found
    return {"user": user, "full_name": frappe.utils.get_fullname(user), "open": open_now, "why": why}
