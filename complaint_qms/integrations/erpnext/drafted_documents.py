"""The documents a settlement drafted: where they stand, what they are worth, and taking drafts back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import flt

from complaint_qms.constants.settlement import CANCELLED, CLOSED, DELETED, DRAFT, OPEN, SUBMITTABLE, SUBMITTED

_OF_DOCSTATUS = {0: DRAFT, 1: SUBMITTED, 2: CANCELLED}
_OF_CLAIM = {"Closed": CLOSED, "Cancelled": CANCELLED}


def state_of(doc: Document) -> str:
    """State key of a document in memory."""
    return _state(doc.doctype, doc)


def states(settlement: str, documents: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """State keys of a settlement's documents by (DocType, name), read so that nobody changes them meanwhile.

    A deleted draft's name may be in use again, because ERPNext takes the number back; such a stranger does not carry
    the settlement and the listed document counts as deleted.
    """
    wanted = sorted(set(documents))
    found = dict.fromkeys(wanted, DELETED)
    for doctype in sorted({doctype for doctype, _name in wanted}):
        table = frappe.qb.DocType(doctype)
        fields = [table.name, table.docstatus]
        if doctype == "Warranty Claim":
            fields.append(table.status)
        query = (
            frappe.qb.from_(table)
            .select(*fields)
            .where(table.complaint_settlement == settlement)
            .where(table.name.isin([name for kind, name in wanted if kind == doctype]))
            .orderby(table.name, order=Order.asc)
            .for_update()
        )
        for row in query.run(as_dict=True):
            found[(doctype, row.name)] = _state(doctype, row)
    return found


def drafted_documents(settlements: list[str]) -> list[dict[str, Any]]:
    """Documents of `settlements` that nobody has finished yet: drafts, and repairs under way.

    Returns [{doctype, name, settlement}]; one query a DocType.
    """
    if not settlements:
        return []
    own = {"complaint_settlement": ("in", settlements)}
    unfinished = {doctype: own | {"docstatus": 0} for doctype in SUBMITTABLE}
    unfinished["Warranty Claim"] = own | {"status": ("not in", tuple(_OF_CLAIM))}
    return [
        {"doctype": doctype, **row}
        for doctype, filters in unfinished.items()
        for row in frappe.get_all(
            doctype,
            filters=filters,
            fields=["name", "complaint_settlement as settlement"],
            order_by="name asc",
        )
    ]


def work_has_begun(claims: Iterable[str]) -> dict[str, str]:
    """Warranty Claims that have a Maintenance Visit, with its name."""
    visit, purpose = frappe.qb.DocType("Maintenance Visit"), frappe.qb.DocType("Maintenance Visit Purpose")
    names = sorted(set(claims))
    if not names:
        return {}
    query = (
        frappe.qb.from_(purpose)
        .inner_join(visit)
        .on(visit.name == purpose.parent)
        .select(purpose.prevdoc_docname, visit.name)
        .where(purpose.prevdoc_docname.isin(names) & (visit.docstatus < 2))
        .orderby(visit.name, order=Order.asc)
    )
    return dict(query.run())


def delete_draft(doctype: str, name: str) -> None:
    """Delete a draft in the name of the settlement that made it; the user needs no right on its DocType.

    `force`, because the settlement that is being cancelled still links to it.
    """
    frappe.delete_doc(doctype, name, ignore_permissions=True, force=True)


def worth(doc: Document) -> float:
    """Total of a drafted document in its own currency, positive; 0 for a kind without money."""
    return abs(flt(doc.get("rounded_total") or doc.get("grand_total")))


def remedy_value(doc: Document) -> float:
    """Value of a return's rows before taxes and discounts, comparable with settlement lines."""
    return abs(sum(flt(row.amount) for row in doc.get("items") or []))


def total(doc: Document) -> float:
    """Total with taxes in the document's own currency, positive, before it is rounded to whole coins."""
    return abs(flt(doc.get("grand_total")))


def free_qty(doc: Document) -> float:
    """Quantity that is given free of charge, in stock units."""
    return sum(flt(row.stock_qty) for row in doc.get("items") or [] if not flt(row.rate))


def _state(doctype: str, row: Document | frappe._dict) -> str:
    if doctype == "Warranty Claim":
        return _OF_CLAIM.get(row.status, OPEN)
    return _OF_DOCSTATUS[int(row.docstatus)]
