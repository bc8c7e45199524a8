"""What settlements of complaints come to in the currency of the complaint's company, for queries that add it up."""

from __future__ import annotations

from typing import Final

import frappe
from pypika.queries import QueryBuilder, Table
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants.settlement import CLOSED, DOCTYPE, SUBMITTED

BOOKED: Final = (SUBMITTED, CLOSED)
"""Where a document stands whose amount is certain; a draft may come to nothing."""


def with_settlements(query: QueryBuilder, complaint: Table) -> QueryBuilder:
    """A query over complaints joined with their settlements."""
    settlement = frappe.qb.DocType(DOCTYPE)
    return query.inner_join(settlement).on(settlement.complaint == complaint.name)


def with_documents(query: QueryBuilder) -> QueryBuilder:
    """That query joined with the documents of the settlements that are submitted."""
    row, settlement = frappe.qb.DocType("Complaint Settlement Document"), frappe.qb.DocType(DOCTYPE)
    return query.inner_join(row).on(row.parent == settlement.name).where(settlement.docstatus == 1)


def is_booked() -> Criterion:
    return frappe.qb.DocType("Complaint Settlement Document").document_status.isin(BOOKED)


def document_value(complaint: Table) -> Term:
    """Value of a document; a settlement in another currency at the exchange rate that it was booked with."""
    row, settlement = frappe.qb.DocType("Complaint Settlement Document"), frappe.qb.DocType(DOCTYPE)
    rate = Case().when(settlement.conversion_rate > 0, settlement.conversion_rate).else_(1)
    return row.remedy_value * Case().when(settlement.currency == complaint.currency, 1).else_(rate)
