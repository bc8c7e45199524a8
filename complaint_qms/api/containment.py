"""Goods on quality hold, over the wire."""

from functools import partial
from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import check_doctype, checked, read_names
from complaint_qms.constants.containment import HOLD, HOLDERS
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.services.containment import holding, quarantine, releasing, using
from complaint_qms.services.containment.banner import banner_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.trace import to_hold
from complaint_qms.services.trace.report import check_may_trace
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["GET", "POST"])
@checked
def offered(kind: str, name: str, way: str = "itself", supplier: str = "") -> list[dict[str, Any]]:
    """Batches and serial numbers that may be held because of a record.

    Args:
        kind: "Complaint", "Batch", "Serial No", "Supplier Lot", "Work Order" or "Purchase Receipt".
        name: of that record; of a supplier's lot its number.
        way: "itself", "down" (and what it went into), "up" (and what it was made of), "both", or "family".
        supplier: narrows a supplier's lot.

    Returns:
        [{batch_no, serial_no, item_code, item_name, uom, level, on_hand, holds: [names of holds in force]}]
    """
    frappe.has_permission(HOLD, "create", throw=True)
    check_may_trace()
    return to_hold.rows_to_hold(kind, name, way, supplier)


@frappe.whitelist(methods=["POST"])
@checked
def hold(
    reason: str,
    batches: Any = None,
    serials: Any = None,
    complaint: str = "",
    investigation: str = "",
    company: str = "",
) -> dict[str, str]:
    """Hold batches and serial numbers from this moment on: {name, status}.

    Args:
        batches, serials: names, as a list or as its JSON text.
        complaint, investigation: what it is because of; it gets their company.
    """
    _check_may_hold()
    wanted = read_names("batches", batches or []), read_names("serials", serials or [])
    because = holding.Because(reason, complaint, investigation, company)
    return _answer(once_others_are_done(partial(_hold, *wanted, because)))


@frappe.whitelist(methods=["POST"])
@checked
def hold_genealogy(
    kind: str,
    name: str,
    reason: str,
    way: str = "down",
    supplier: str = "",
    complaint: str = "",
    investigation: str = "",
    company: str = "",
) -> dict[str, str]:
    """Hold all that a record leads to, as `offered` tells it: {name, status}."""
    _check_may_hold()
    check_may_trace()
    lots = to_hold.lots_to_hold(kind, name, way, supplier)
    because = holding.Because(reason, complaint, investigation, company)
    return _answer(once_others_are_done(partial(holding.hold, lots, because)))


@frappe.whitelist(methods=["POST"])
@checked
def release(name: str, reason: str, rows: Any = None) -> dict[str, str]:
    """Release a hold, or some of its rows (names, as a list or as its JSON text): {name, status}. By a Quality Manager who does not
    hold it."""
    frappe.has_permission(HOLD, "write", doc=name, throw=True)
    wanted = read_names("rows", rows or [])
    return _answer(once_others_are_done(partial(releasing.release, name, reason, wanted)))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def standing(doctype: str, name: str) -> list[dict[str, Any]]:
    """Holds in force of a batch or a serial number, for its form: [{hold, since, lot_type, lot, by, reason}], without the last
    two for who may not read the hold; `lot` is the batch where a unit is held with it. Whoever may not open the lot is told of the holds
    that they may read."""
    if doctype not in ("Batch", "Serial No"):
        refuse(_("“{0}” has to be one of {1}.").format("doctype", "Batch, Serial No"))
    if frappe.has_permission(doctype, "read", doc=name):
        return banner_of(doctype, name)
    # ERPNext opens batches to those who keep items; who works with holds sees those that are open to them.
    frappe.has_permission(HOLD, "read", throw=True)
    return [row for row in banner_of(doctype, name) if "reason" in row]


@frappe.whitelist(methods=["POST"])
@checked
def move_to_quarantine(name: str) -> dict[str, Any]:
    """Draft a transfer to the quarantine warehouse for each company in whose warehouses goods of a hold lie: {drafts: [{name, company,
    is_new}], without (companies that have none), not_shown (warehouses)}. Asked again, it answers with the drafts that are there."""
    frappe.has_permission(HOLD, "write", doc=name, throw=True)
    return once_others_are_done(partial(quarantine.draft_moves, name))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def users(name: str) -> dict[str, Any]:
    """Open documents that name goods of a hold, and its transfers to quarantine.

    Returns:
        {documents: [{doctype, name, is_open (to the caller), lots, goods: [{lot, item_code, item_name, qty, uom, warehouse}], party_type,
        party, party_name, status, owner, order: [DocType, name], deeds}], nameless: [{doctype, number, goods}] (of customers whom the
        caller may not see), actors: {doctype: roles that can act}, moves: {transfers, actors, not_shown}, not_shown}; `deeds` of
        "take_out", "cancel", "stop" and "tell" are those that the caller has.
    """
    frappe.has_permission(HOLD, "read", doc=name, throw=True)
    return using.users(name)


@frappe.whitelist(methods=["POST"])
@checked
def act(name: str, doctype: str, document: str, deed: str) -> dict[str, str]:
    """Take goods of a hold out of a draft, cancel a pick list or reservation, stop a Work Order, or tell a document's owner: {said}."""
    frappe.has_permission(HOLD, "read", doc=name, throw=True)
    frappe.has_permission(HOLD, "create", throw=True)
    check_doctype(doctype)
    return using.do(name, doctype, document, deed)


def _check_may_hold() -> None:
    frappe.has_permission(HOLD, "create", throw=True)
    check_role(_("hold goods"), *HOLDERS)


def _hold(batches: list[str], serials: list[str], because: holding.Because) -> Any:
    known = known_lots(batches, serials)
    named = [("Batch", name) for name in batches] + [("Serial No", name) for name in serials]
    if not named:
        refuse(_("Send the names of batches in “batches” or of serial numbers in “serials”."))
    # What is unknown is told by the record, with its row.
    lots = [
        known.get(key) or (Lot("", "", key[1]) if key[0] == "Serial No" else Lot("", key[1])) for key in named
    ]
    return holding.hold(lots, because)


def _answer(doc: Any) -> dict[str, str]:
    return {"name": doc.name, "status": doc.status}
