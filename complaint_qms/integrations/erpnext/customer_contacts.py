"""Everybody at a customer who can be written to or phoned, and in which language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.query_builder import Order

from complaint_qms.integrations.erpnext.stock_movements import in_slices


def people_of(customers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Customer → {language, title, people: [{name, email, phone}]}: contacts, the primary one first, then the customer's own address where
    none of them has it. Two queries for each slice."""
    found: dict[str, dict[str, Any]] = {}
    customer, contact, link = (
        frappe.qb.DocType("Customer"),
        frappe.qb.DocType("Contact"),
        frappe.qb.DocType("Dynamic Link"),
    )
    for names in in_slices(sorted(set(customers))):
        own = (
            frappe.qb.from_(customer)
            .select(customer.name, customer.customer_name, customer.language)
            .select(customer.email_id, customer.mobile_no)
            .where(customer.name.isin(names))
        )
        rows = {row.name: row for row in own.run(as_dict=True)}
        for name, row in rows.items():
            found[name] = {"language": row.language or "", "title": row.customer_name or name, "people": []}
        linked = (
            frappe.qb.from_(contact)
            .inner_join(link)
            .on((link.parent == contact.name) & (link.parenttype == "Contact"))
            .select(link.link_name, contact.first_name, contact.last_name)
            .select(contact.email_id, contact.mobile_no, contact.phone)
            .where((link.link_doctype == "Customer") & link.link_name.isin(names))
            .orderby(contact.is_primary_contact, order=Order.desc)
            .orderby(contact.name)
        )
        for one in linked.run(as_dict=True):
            if one.email_id or one.mobile_no or one.phone:
                person = " ".join(filter(None, (one.first_name, one.last_name)))
                _add(found[one.link_name]["people"], person, one.email_id, one.mobile_no or one.phone)
        for name, row in rows.items():
            if row.email_id or row.mobile_no:
                _add(found[name]["people"], "", row.email_id, row.mobile_no)
    return found


def _add(people: list[dict[str, str]], name: str, email: str | None, phone: str | None) -> None:
    email, phone = (email or "").strip(), (phone or "").strip()
    for one in people:
        if email and one["email"].lower() == email.lower():
            one["phone"] = one["phone"] or phone
            return
        if not email and phone == one["phone"]:
            return
    people.append({"name": name, "email": email, "phone": phone})
