"""Which customers a login of the website belongs to: as a portal user of the customer, or by a contact that carries the login."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import frappe
from frappe.query_builder import Order
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext.kept_contacts import is_kept_by_staff

ROLE: Final = "Customer"
"""ERPNext's own role of customers in the portal."""


def customers_in_use(user: str) -> list[str]:
    """Customers in use that a login belongs to; one query."""
    customer = frappe.qb.DocType("Customer")
    query = (
        frappe.qb.from_(customer)
        .select(customer.name)
        .where(customer.disabled == 0)
        .where(customer.name.isin(_by_portal_user(user)) | customer.name.isin(_by_contact(user)))
        .orderby(customer.name, order=Order.asc)
    )
    return query.run(pluck=True)


def customers_within(customers: Iterable[str], condition: Criterion) -> list[str]:
    """Those of the customers for whom a condition on their records holds; one query."""
    customer = frappe.qb.DocType("Customer")
    query = frappe.qb.from_(customer).select(customer.name).where(customer.name.isin(list(customers)))
    return query.where(condition).orderby(customer.name).run(pluck=True)


def contacts_of(user: str, customers: Iterable[str]) -> list[str]:
    """Contacts that carry the login, and those of these customers that belong to no other one; one query."""
    contact, ours, theirs = _contact(), *(frappe.qb.DocType("Dynamic Link").as_(name) for name in ("a", "b"))
    wanted = sorted(customers)
    if not wanted:
        return []
    own = _links(ours).where(ours.link_name.isin(wanted))
    others = _links(theirs).where(theirs.link_name.notin(wanted))
    query = (
        frappe.qb.from_(contact)
        .select(contact.name)
        .where(is_kept_by_staff(contact))
        .where((contact.user == user) | (contact.name.isin(own) & contact.name.notin(others)))
        .orderby(contact.name, order=Order.asc)
    )
    return query.run(pluck=True)


def contact_of(user: str, customer: str) -> str | None:
    """The contact of a customer that carries the login; one query."""
    contact, link = _contact(), frappe.qb.DocType("Dynamic Link")
    query = (
        frappe.qb.from_(contact)
        .select(contact.name)
        .where(is_kept_by_staff(contact) & (contact.user == user))
        .where(contact.name.isin(_links(link).where(link.link_name == customer)))
        .orderby(contact.name, order=Order.asc)
        .limit(1)
    )
    return next(iter(query.run(pluck=True)), None)


def titles_of(customers: Iterable[str]) -> dict[str, str]:
    """Customer → its name."""
    rows = frappe.get_all(
        "Customer", {"name": ("in", list(customers))}, ["name", "customer_name"], order_by="customer_name asc"
    )
    return {row.name: row.customer_name for row in rows}


def _by_portal_user(user: str) -> QueryBuilder:
    row = frappe.qb.DocType("Portal User")
    return frappe.qb.from_(row).select(row.parent).where((row.user == user) & (row.parenttype == "Customer"))


def _by_contact(user: str) -> QueryBuilder:
    contact, link = _contact(), frappe.qb.DocType("Dynamic Link")
    return (
        frappe.qb.from_(link)
        .inner_join(contact)
        .on(contact.name == link.parent)
        .select(link.link_name)
        .where((link.parenttype == "Contact") & (link.link_doctype == "Customer"))
        .where((contact.user == user) & is_kept_by_staff(contact))
    )


def _contact() -> Table:
    return frappe.qb.DocType("Contact")


def _links(link: Table) -> QueryBuilder:
    """Contacts that name a customer."""
    return (
        frappe.qb.from_(link)
        .select(link.parent)
        .where((link.parenttype == "Contact") & (link.link_doctype == "Customer"))
    )
