"""Everybody at a customer who can be written to or phoned, in which language, and by which channel the customer wants to be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import frappe
from frappe.query_builder import Order

from complaint_qms.constants.field_action import CHANNEL_FIELD
from complaint_qms.integrations.erpnext.stock_movements import in_slices


def people_of(customers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Customer → {language, title, channel, people: [{name, email, phone, mobile}]}: contacts, the primary one first, then the customer's own
    address where none of them has it. `phone` may be a mobile; `mobile` takes text messages. Two queries for each slice."""
    found: dict[str, dict[str, Any]] = {}
    customer, contact, link = (
        frappe.qb.DocType("Customer"),
        frappe.qb.DocType("Contact"),
        frappe.qb.DocType("Dynamic Link"),
    )
    for names in in_slices(sorted(set(customers))):
        own = (
            frappe.qb.from_(customer)
            .select(customer.name, customer.customer_name, customer.language, customer[CHANNEL_FIELD])
            .select(customer.email_id, customer.mobile_no)
            .where(customer.name.isin(names))
        )
        rows = {row.name: row for row in own.run(as_dict=True)}
        for name, row in rows.items():
            found[name] = {
                "language": row.language or "",
                "title": row.customer_name or name,
                "channel": row[CHANNEL_FIELD] or "",
                "people": [],
            }
        linked = (
            frappe.qb.from_(contact)
            .inner_join(link)
            .on((link.parent == contact.name) & (link.parenttype == "Contact"))
            .select(link.link_name, contact.first_name, contact.last_name)
            .select(contact.email_id, contact.mobile_no, contact.phone)
            .where((link.link_doctype == "Customer") & link.link_name.isin(sorted(rows) or [""]))
            .orderby(contact.is_primary_contact, order=Order.desc)
            .orderby(contact.name)
        )
        for one in linked.run(as_dict=True):
            if one.link_name in found and (one.email_id or one.mobile_no or one.phone):
                person = " ".join(filter(None, (one.first_name, one.last_name)))
                _add(found[one.link_name]["people"], person, one.email_id, one.mobile_no, one.phone)
        for name, row in rows.items():
            if row.email_id or row.mobile_no:
                _add(found[name]["people"], "", row.email_id, row.mobile_no)
    return found


def contacts_of(customers: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Customer → (mail address, telephone), each of the first contact who has one."""
    return {
        name: tuple(next((one[key] for one in known["people"] if one[key]), "") for key in ("email", "phone"))
        for name, known in people_of(customers).items()
    }


def title_of(customer: str) -> str:
    """What a customer is called, where the user may read it; empty where there is no such customer for the user."""
    title = frappe.db.get_value("Customer", customer, "customer_name") if customer else None
    return title if title and frappe.has_permission("Customer", "read", doc=customer) else ""


def _add(
    people: list[dict[str, str]], name: str, email: str | None, mobile: str | None, landline: str | None = ""
) -> None:
    email, mobile = (email or "").strip(), (mobile or "").strip()
    phone = mobile or (landline or "").strip()
    for one in people:
        if email and one["email"].lower() == email.lower():
            one["phone"], one["mobile"] = one["phone"] or phone, one["mobile"] or mobile
            return
        if not email and phone in (one["phone"], one["mobile"]):
            return
    people.append({"name": name, "email": email, "phone": phone, "mobile": mobile})
