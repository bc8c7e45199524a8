"""Builds what a test needs, each call a new record with a name of its own: the one place where tests build data.

All functions return the saved (or submitted) document. Nothing commits: the test's rollback removes it.
"""

from tests.desk.factory.base import company, company_value, make, other_company, store, unique
from tests.desk.factory.people import PASSWORD, as_user, employee, person, user
from tests.desk.factory.quality import (
    FINDINGS,
    TRIAGED,
    at_stage,
    capa,
    capa_in_effect,
    complaint,
    completed_investigation,
    finish_action,
    implemented_capa,
    in_triage,
    investigation,
    tick_all,
    under_review,
    upload,
    verified_cause,
)
from tests.desk.factory.trade import (
    COST,
    RATE,
    Line,
    batch,
    contact,
    customer,
    delivery,
    freight_account,
    invoice,
    invoice_of,
    item,
    item_price,
    receive,
    sales_order,
    serials,
    sold,
    stocked,
    supplier,
    tax_account,
    taxed_invoice,
)

__all__ = [
    "COST", "FINDINGS", "PASSWORD", "RATE", "TRIAGED", "Line", "as_user", "at_stage", "batch", "capa", "capa_in_effect", "company",
    "company_value", "complaint", "completed_investigation", "contact", "customer", "delivery", "employee", "finish_action", "freight_account",
    "implemented_capa", "in_triage", "investigation", "invoice", "invoice_of", "item", "item_price", "make", "other_company", "person", "receive",
    "sales_order", "serials", "sold", "stocked", "store", "supplier", "tax_account", "taxed_invoice", "tick_all", "under_review", "unique",
    "upload", "user", "verified_cause",
]  # fmt: skip
