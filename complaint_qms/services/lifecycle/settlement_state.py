"""What a complaint shows of its settlements: how far they are, and how much they come to."""

from __future__ import annotations

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import flt, now

from complaint_qms.constants.settlement import DOCTYPE, LIVE
from complaint_qms.services import writing


def refresh_complaint(complaint: str) -> None:
    """Set `settlement_status` and `settled_amount` of a complaint from its settlements and their documents.

    Settled is what was submitted and still lives: a credit note that finance cancelled or deleted counts no more,
    and while one of several documents is lost the settlement is incomplete.
    The complaint's `modified` stays, so nobody who has it open loses an edit; open forms are told to look again.
    """
    settlements = _settlements(complaint)
    values = _values([row.name for row in settlements if row.docstatus == 1])
    living = {name for name, value in values.items() if value is not None}
    drafts = any(row.docstatus == 0 for row in settlements)
    status = "settled" if living else "proposed" if drafts else "cancelled" if settlements else ""
    if living and any(row["settlement"] in living for row in lost_documents(complaint)):
        status = "incomplete"
    currency = frappe.db.get_value("Complaint", complaint, "currency")
    settled = sum(values[row.name] * _rate(row, currency) for row in settlements if row.name in living)
    figures = {"settlement_status": status, "settled_amount": flt(settled, 2)}
    writing.set_values("Complaint", complaint, figures, "settlement")
    frappe.publish_realtime(
        "complaint_settlement",
        figures | {"complaint": complaint, "at": now()},
        doctype="Complaint",
        docname=complaint,
        after_commit=True,
    )


def lost_documents(complaint: str) -> list[dict[str, str]]:
    """Documents of a complaint's submitted settlements that were cancelled or deleted and that no other replaces.

    A settlement in which somebody wrote why nothing more is owed has lost nothing. One query.

    Returns [{settlement, doctype, name}].
    """
    return lost_documents_of([complaint])[complaint]


def lost_documents_of(complaints: list[str]) -> dict[str, list[dict[str, str]]]:
    """The same for many complaints at once, by complaint; one query."""
    row, parent = frappe.qb.DocType("Complaint Settlement Document"), frappe.qb.DocType(DOCTYPE)
    found = (
        frappe.qb.from_(row)
        .inner_join(parent)
        .on(parent.name == row.parent)
        .select(
            row.parent,
            row.document_type,
            row.document_name,
            row.document_status,
            row.purpose,
            row.source_name,
            parent.complaint,
        )
        .where(parent.complaint.isin(complaints) & (parent.docstatus == 1))
        .where(Coalesce(parent.shortfall_reason, "") == "")
        .orderby(row.parent, row.idx, order=Order.asc)
    ).run(as_dict=True)
    living = {_duty(one) for one in found if one.document_status in LIVE}
    lost: dict[str, list[dict[str, str]]] = {name: [] for name in complaints}
    for one in found:
        if one.document_status not in LIVE and _duty(one) not in living:
            lost[one.complaint].append(
                {"settlement": one.parent, "doctype": one.document_type, "name": one.document_name}
            )
    return lost


def _duty(row: frappe._dict) -> tuple[str, ...]:
    """What a document was drafted for; an amended one does the same."""
    return row.parent, row.document_type, row.purpose, row.source_name or ""


def _settlements(complaint: str) -> list[frappe._dict]:
    table = frappe.qb.DocType(DOCTYPE)
    return (
        frappe.qb.from_(table)
        .select(table.name, table.docstatus, table.currency, table.conversion_rate)
        .where(table.complaint == complaint)
        .orderby(table.creation, table.name, order=Order.asc)
    ).run(as_dict=True)


def _values(settlements: list[str]) -> dict[str, float | None]:
    """Value of each submitted settlement's living documents; None when every one of them is gone."""
    if not settlements:
        return {}
    table = frappe.qb.DocType("Complaint Settlement Document")
    rows = (
        frappe.qb.from_(table)
        .select(table.parent, table.document_status, table.remedy_value)
        .where(table.parent.isin(settlements))
        .orderby(table.parent, table.idx, order=Order.asc)
    ).run(as_dict=True)
    found: dict[str, float | None] = dict.fromkeys(settlements)
    for row in rows:
        if row.document_status in LIVE:
            found[row.parent] = flt(found[row.parent]) + flt(row.remedy_value)
    return found


def _rate(row: frappe._dict, currency: str) -> float:
    """Factor from the settlement's currency to the complaint's, which is always its company's."""
    return 1.0 if row.currency == currency else flt(row.conversion_rate or 1)
