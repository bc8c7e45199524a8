"""A customer at a glance, from ERPNext's own sales documents."""

from collections.abc import Callable
from typing import Any

import frappe
from frappe.query_builder.functions import Coalesce, Count, Max, Sum
from pypika import Case
from pypika.queries import QueryBuilder, Table
from pypika.terms import Term

Narrowing = Callable[[QueryBuilder, str], QueryBuilder]
"""(query, DocType) → the query over those records alone that the user may read."""
Reading = Callable[[dict[str, QueryBuilder]], dict[str, list[dict[str, Any]]]]
"""{name: query} → {name: its rows}"""

_RETURNED = ("Delivery Note", "Sales Invoice")
_SALES = {"Sales Order": "transaction_date", "Delivery Note": "posting_date", "Sales Invoice": "posting_date"}


def customer_at_a_glance(
    customer: str, company: str, permitted: Narrowing, gathered: Reading
) -> dict[str, Any]:
    """Group, territory, and how often, how much and when last the customer ordered, received and was invoiced.

    Amounts are in `currency`, that of the company, less what was given back; submitted documents only, of which returns
    and credit notes do not count. A kind of document the user may not read is left out.
    """
    row = frappe.get_cached_value(
        "Customer",
        customer,
        ("customer_name", "customer_group", "territory", "account_manager"),
        as_dict=True,
    )
    currency = frappe.get_cached_value("Company", company, "default_currency")
    sales = gathered(
        {
            doctype: permitted(_sales(doctype, date_field, customer, company), doctype)
            for doctype, date_field in _SALES.items()
            if frappe.has_permission(doctype, "read")
        }
    )
    return {
        "name": customer,
        **(row or {}),
        "currency": currency,
        "sales": {doctype: rows[0] for doctype, rows in sales.items()},
    }


def group_path(customer: str) -> list[str]:
    """The customer's group and the groups above it, the nearest first; read from the cache."""
    group, path = frappe.get_cached_value("Customer", customer, "customer_group"), []
    while group and group not in path:
        path.append(group)
        group = frappe.get_cached_value("Customer Group", group, "parent_customer_group")
    return path


def _sales(doctype: str, date_field: str, customer: str, company: str) -> QueryBuilder:
    table = frappe.qb.DocType(doctype)
    return (
        frappe.qb.from_(table)
        .select(
            _count(table, doctype).as_("count"),
            Coalesce(Sum(table.base_grand_total), 0).as_("amount"),
            _last(table, doctype, date_field).as_("last"),
        )
        .where((table.customer == customer) & (table.docstatus == 1) & (table.company == company))
    )


def _count(table: Table, doctype: str) -> Term:
    if doctype not in _RETURNED:
        return Count("*")
    return Coalesce(Sum(Case().when(table.is_return == 0, 1).else_(0)), 0)


def _last(table: Table, doctype: str, date_field: str) -> Term:
    if doctype not in _RETURNED:
        return Max(table[date_field])
    return Max(Case().when(table.is_return == 0, table[date_field]))
