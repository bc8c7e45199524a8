"""The group that a record's customer is in, as something a query groups by."""

from __future__ import annotations

import frappe
from frappe.query_builder.functions import Coalesce
from pypika.queries import QueryBuilder
from pypika.terms import Term


def with_customer_group(query: QueryBuilder, customer: Term) -> tuple[QueryBuilder, Term]:
    """The query joined with the customers it names, and the term of their group; empty without one."""
    named = frappe.qb.DocType("Customer").as_("of_customer")
    return query.left_join(named).on(named.name == customer), Coalesce(named.customer_group, "")
