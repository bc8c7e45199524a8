"""What ERPNext groups its records by, for queries that count complaints: customers, items, suppliers of batches."""

from __future__ import annotations

from collections.abc import Collection

import frappe
from frappe.query_builder.functions import Coalesce, Count
from pypika.functions import NullIf
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Term


def customers_in(groups: Collection[str]) -> QueryBuilder:
    """A query of the names of customers that are in one of these groups now."""
    customer = frappe.qb.DocType("Customer")
    query = frappe.qb.from_(customer).select(customer.name)
    return query.where(customer.customer_group.isin(sorted(groups) or [""]))


def product_lines() -> dict[str, str]:
    """Item group → the group just below the root of the tree that it belongs to; the root is a line of its own. One query."""
    group = frappe.qb.DocType("Item Group")
    query = frappe.qb.from_(group).select(group.name, group.lft, group.rgt).orderby(group.lft)
    lines: dict[str, str] = {}
    ends: list[tuple[int, str]] = []
    for name, lft, rgt in query.run():
        while ends and ends[-1][0] < lft:
            ends.pop()
        lines[name] = ends[1][1] if len(ends) > 1 else name
        ends.append((rgt, name))
    return lines


def with_batch_of_unnamed(query: QueryBuilder, record: Table) -> QueryBuilder:
    """The query joined with the batch of records that name no supplier themselves."""
    batch = frappe.qb.DocType("Batch")
    return query.left_join(batch).on((batch.name == record.batch_no) & names_no_supplier(record))


def traced_supplier(record: Table) -> Term:
    """The supplier that a record names, else that of its batch (`with_batch_of_unnamed`), else an empty text."""
    return Coalesce(NullIf(record.supplier, ""), frappe.qb.DocType("Batch").supplier, "")


def by_batch_supplier(record: Table) -> QueryBuilder:
    """A query of (supplier of the batch, batch, how many records) over those that name no supplier."""
    batch = frappe.qb.DocType("Batch")
    return (
        frappe.qb.from_(record)
        .inner_join(batch)
        .on(batch.name == record.batch_no)
        .select(batch.supplier, record.batch_no, Count("*"))
        .where(names_no_supplier(record) & (batch.supplier != ""))
        .groupby(batch.supplier, record.batch_no)
    )


def names_no_supplier(record: Table) -> Criterion:
    return Coalesce(record.supplier, "") == ""
