"""What a complaint shows of its settlements: how far they are, and how much they come to."""

from __future__ import annotations

from collections.abc import Iterable

import frappe
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce
from frappe.utils import flt, now

from complaint_qms.constants.events import SETTLEMENT_DONE
from complaint_qms.constants.settlement import (
    CANCELLED,
    DOCTYPE,
    DRAFT,
    DRAFTED,
    IN_REPAIR,
    INCOMPLETE,
    LIVE,
    OPEN,
    PROPOSED,
    REJECTED,
    SETTLED,
)
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce

# A complaint with several settlements is as far as the one that needs most.
_FIRST = (INCOMPLETE, REJECTED, PROPOSED, DRAFTED, IN_REPAIR, SETTLED, CANCELLED)


def refresh_complaint(complaint: str) -> None:
    """Set `settlement_status` and `settled_amount` of a complaint, and the status of its settlements, from their documents.

    A credit note that finance cancelled or deleted counts no more, and while any document is lost the settlement is
    incomplete. Until finance has submitted every draft it waits for accounts, and then for its repair, if that is open.
    The complaint's `modified` stays, so nobody who has it open loses an edit; open forms are told to look again.
    """
    settlements = _settlements(complaint)
    stands, values = _standings(settlements)
    _keep_status(settlements, stands)
    status = _of_all(stands.values())
    currency = frappe.db.get_value("Complaint", complaint, "currency")
    settled = sum(
        values[row.name] * _rate(row, currency) for row in settlements if values.get(row.name) is not None
    )
    figures = {"settlement_status": status, "settled_amount": flt(settled, 2)}
    writing.set_values("Complaint", complaint, figures, "settlement")
    frappe.publish_realtime(
        "complaint_settlement",
        figures | {"complaint": complaint, "at": now()},
        doctype="Complaint",
        docname=complaint,
        after_commit=True,
    )


def bring_up_to_date() -> None:
    """Set the status of every settlement, drafts too, and of its complaint; a fixed number of queries."""
    table = frappe.qb.DocType(DOCTYPE)
    rows = (
        frappe.qb.from_(table)
        .select(table.name, table.complaint, table.docstatus, table.status)
        .orderby(table.name, order=Order.asc)
    ).run(as_dict=True)
    stands, _values_of = _standings(rows)
    changed = {row.name: {"status": stands[row.name]} for row in rows if row.status != stands[row.name]}
    writing.set_many(DOCTYPE, changed, "upgrade")
    of_complaints: dict[str, list[str]] = {}
    for row in rows:
        of_complaints.setdefault(row.complaint, []).append(stands[row.name])
    figures = {name: {"settlement_status": _of_all(found)} for name, found in of_complaints.items()}
    writing.set_many("Complaint", figures, "upgrade")


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


def _standings(
    settlements: list[frappe._dict],
) -> tuple[dict[str, str], dict[str, float | None]]:
    """How far each settlement is, and what each submitted one is worth."""
    values, documents = _values([row.name for row in settlements if row.docstatus == 1])
    complaints = sorted({row.complaint for row in settlements if row.docstatus == 1})
    lost = {
        one["settlement"]
        for rows in (lost_documents_of(complaints) if complaints else {}).values()
        for one in rows
    }
    return {row.name: _status(row, lost, documents.get(row.name, set())) for row in settlements}, values


def _of_all(stands: Iterable[str]) -> str:
    found = set(stands)
    return next((one for one in _FIRST if one in found), "")


def _status(row: frappe._dict, lost: set[str], documents: set[str]) -> str:
    """`documents`: where the documents of a submitted settlement stand. One that lost them all, and of which somebody wrote
    that nothing more is owed, is settled."""
    if row.docstatus == 0:
        return REJECTED if row.status == REJECTED else PROPOSED
    if row.docstatus == 2:
        return CANCELLED
    if row.name in lost:
        return INCOMPLETE
    if DRAFT in documents:
        return DRAFTED
    return IN_REPAIR if OPEN in documents else SETTLED


def _keep_status(settlements: list[frappe._dict], stands: dict[str, str]) -> None:
    changed = [row for row in settlements if row.status != stands[row.name]]
    writing.set_many(DOCTYPE, {row.name: {"status": stands[row.name]} for row in changed}, "settlement")
    done = [row for row in changed if row.status in (DRAFTED, IN_REPAIR) and stands[row.name] == SETTLED]
    announce([Event(SETTLEMENT_DONE, DOCTYPE, row.name, {"complaint": row.complaint}) for row in done])


def _duty(row: frappe._dict) -> tuple[str, ...]:
    """What a document was drafted for; an amended one does the same."""
    return row.parent, row.document_type, row.purpose, row.source_name or ""


def _settlements(complaint: str) -> list[frappe._dict]:
    table = frappe.qb.DocType(DOCTYPE)
    return (
        frappe.qb.from_(table)
        .select(
            table.name, table.complaint, table.docstatus, table.status, table.currency, table.conversion_rate
        )
        .where(table.complaint == complaint)
        .orderby(table.creation, table.name, order=Order.asc)
    ).run(as_dict=True)


def _values(settlements: list[str]) -> tuple[dict[str, float | None], dict[str, set[str]]]:
    """Value of each submitted settlement's living documents, None when every one of them is gone; and where they stand."""
    if not settlements:
        return {}, {}
    table = frappe.qb.DocType("Complaint Settlement Document")
    rows = (
        frappe.qb.from_(table)
        .select(table.parent, table.document_status, table.remedy_value)
        .where(table.parent.isin(settlements))
        .orderby(table.parent, table.idx, order=Order.asc)
    ).run(as_dict=True)
    found: dict[str, float | None] = dict.fromkeys(settlements)
    stand: dict[str, set[str]] = {name: set() for name in settlements}
    for row in rows:
        stand[row.parent].add(row.document_status)
        if row.document_status in LIVE:
            found[row.parent] = flt(found[row.parent]) + flt(row.remedy_value)
    return found, stand


def _rate(row: frappe._dict, currency: str) -> float:
    """Factor from the settlement's currency to the complaint's, which is always its company's."""
    return 1.0 if row.currency == currency else flt(row.conversion_rate or 1)
