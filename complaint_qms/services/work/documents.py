"""Documents that settlements have drafted and that wait for accounts: credit notes, returns, replacements."""

from typing import Any

import frappe
from frappe.query_builder import Order

from complaint_qms.constants import roles, work
from complaint_qms.constants.settlement import DOCTYPE, DRAFT, SUBMITTABLE
from complaint_qms.services.record.bulk_read import readable, values_of
from complaint_qms.services.work.loading import Found, about, complaints_of
from complaint_qms.services.work.timing import Viewer, clock_of

_FINANCE = {roles.ACCOUNTS_USER, roles.ACCOUNTS_MANAGER}


def document_work(viewer: Viewer) -> Found:
    """Drafts for whoever is of finance, each with its complaint, who agreed and since when; they run with the clock of their
    complaint. Longest waiting first."""
    if not viewer.roles & _FINANCE or not frappe.has_permission(DOCTYPE):
        return [], False
    drafts = _drafts()
    allowed = _readable(drafts)
    mine = [row for row in drafts if (row.document_type, row.document_name) in allowed]
    shown = mine[: work.MOST]
    complaints = complaints_of({row.complaint for row in shown})
    names = values_of("User", (row.approved_by for row in shown), "full_name")
    submits = {doctype: frappe.has_permission(doctype, "submit") for doctype in SUBMITTABLE}
    return [
        {
            "kind": work.DOCUMENT,
            "doctype": row.document_type,
            "name": row.document_name,
            **about(complaints.get(row.complaint)),
            "customer": row.customer,
            "customer_name": row.customer_name,
            "complaint": row.complaint if row.complaint in complaints else None,
            "settlement": row.name,
            "purpose": row.purpose,
            "amount": row.amount,
            "currency": row.currency,
            "by": names.get(row.approved_by, row.approved_by),
            "since": row.approved_at,
            "missing": 0,
            "may_submit": submits[row.document_type],
            "time": clock_of(complaints[row.complaint], viewer.now) if row.complaint in complaints else None,
        }
        for row in shown
    ], len(mine) > len(shown)


def _drafts() -> list[frappe._dict]:
    document, settlement = frappe.qb.DocType("Complaint Settlement Document"), frappe.qb.DocType(DOCTYPE)
    return (
        frappe.qb.from_(document)
        .inner_join(settlement)
        .on((settlement.name == document.parent) & (document.parenttype == DOCTYPE))
        .select(document.document_type, document.document_name, document.purpose, document.amount)
        .select(settlement.name, settlement.complaint, settlement.customer, settlement.customer_name)
        .select(settlement.currency, settlement.approved_by, settlement.approved_at)
        .where((settlement.docstatus == 1) & (document.document_status == DRAFT))
        .where(document.document_type.isin(SUBMITTABLE))
        .orderby(settlement.approved_at, order=Order.asc)
        .orderby(document.parent, document.idx, order=Order.asc)
        .limit(work.CANDIDATES)
    ).run(as_dict=True)


def _readable(rows: list[frappe._dict]) -> set[tuple[str, str]]:
    """Those documents that are drafts still and that the user may read, of settlements that they may read; one query a DocType."""
    settlements = readable(DOCTYPE, (row.name for row in rows))
    rows = [row for row in rows if row.name in settlements]
    found: set[tuple[str, Any]] = set()
    for doctype in SUBMITTABLE:
        names = sorted({row.document_name for row in rows if row.document_type == doctype})
        if names and frappe.has_permission(doctype):
            filters = {"name": ("in", names), "docstatus": 0}
            seen = frappe.get_list(
                doctype, filters=filters, pluck="name", order_by="name asc", limit_page_length=0
            )
            found |= {(doctype, name) for name in seen}
    return found
