"""Who a sender may be, by mail address, telephone, customer number or name: set-based, through indexes, as far as the user may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import frappe
from pypika.terms import Criterion

from complaint_qms.constants.matching import EMAIL_KEY, PHONE_KEY
from complaint_qms.engine.phone_number import endings, shorter_spellings
from complaint_qms.integrations.erpnext.contact_keys import email_key
from complaint_qms.integrations.erpnext.kept_contacts import is_kept_by_staff
from complaint_qms.integrations.erpnext.party_search import customers_of, may_choose

_MOST: Final = 50
Rows = list[dict[str, Any]]


def region_of(company: str | None) -> str | None:
    """ISO code of a company's country, by which national numbers are read."""
    country = frappe.get_cached_value("Company", company, "country") if company else None
    code = frappe.get_cached_value("Country", country, "code") if country else None
    return code.upper() if code else None


def contacts_with(phone: str | None, email: str | None, name: str | None, region: str | None) -> Rows:
    """Contacts by telephone, mail address or full name: {name, full_name, email_id, mobile_no, phone, customer, phones, emails}, once for
    each of their customers; those of customers alone that the user does not see left out, and contacts that nobody of the staff has made. Eight queries at most, whatever is found."""
    if not may_choose("Contact"):
        return []
    names = {
        *_parents("Contact Phone", phone_key(frappe.qb.DocType("Contact Phone")[PHONE_KEY], phone, region)),
        *_parents("Contact Email", _email(email)),
        *_called(name),
    }
    if not names:
        return []
    rows = frappe.get_list(
        "Contact",
        filters={"name": ("in", sorted(names))},
        fields=["name", "full_name", "company_name", "email_id", "mobile_no", "phone"],
        order_by="name asc",
        limit=_MOST,
    )
    found = [row.name for row in rows]
    customers = customers_of(found)
    phones, emails = _values("Contact Phone", "phone", found), _values("Contact Email", "email_id", found)
    return [
        {
            **row,
            "customer": customer,
            "phones": phones.get(row.name, []),
            "emails": emails.get(row.name, []),
        }
        for row in rows
        for customer in customers.get(row.name, [None])
    ]


def customers_called(names: Iterable[str | None], email: str | None) -> Rows:
    """Customers in use whose number or title is one of `names`, or whose mail address is `email`; one query."""
    wanted = sorted({name.strip() for name in names if name and name.strip()})
    any_of = [[field, "in", wanted] for field in ("name", "customer_name") if wanted]
    if email_key(email):
        any_of.append(["email_id", "=", email_key(email)])
    if not any_of or not may_choose("Customer"):
        return []
    return frappe.get_list(
        "Customer",
        filters={"disabled": 0},
        or_filters=any_of,
        fields=["name", "customer_name", "territory", "email_id", "mobile_no"],
        order_by="name asc",
        limit=_MOST,
    )


def phone_key(column: Any, phone: str | None, region: str | None) -> Criterion | None:
    """Condition for stored digits that end like a telephone number; None for what is none."""
    ends = [column.like(f"{ending}%") for ending in endings(phone, region)]
    short = shorter_spellings(phone, region)
    return Criterion.any([*ends, *([column.isin(short)] if short else [])]) if ends else None


def _email(email: str | None) -> Criterion | None:
    key = email_key(email)
    return frappe.qb.DocType("Contact Email")[EMAIL_KEY] == key if key else None


def _parents(doctype: str, condition: Criterion | None) -> list[str]:
    if condition is None:
        return []
    row, contact = frappe.qb.DocType(doctype), frappe.qb.DocType("Contact")
    query = (
        frappe.qb.from_(row)
        .inner_join(contact)
        .on(contact.name == row.parent)
        .select(row.parent)
        .distinct()
        .where(condition & (row.parenttype == "Contact") & is_kept_by_staff(contact))
    )
    return query.limit(_MOST).run(pluck=True)


def _called(name: str | None) -> list[str]:
    """Contacts of that full name."""
    if not name or not name.strip():
        return []
    contact = frappe.qb.DocType("Contact")
    query = frappe.qb.from_(contact).select(contact.name)
    query = query.where((contact.full_name == name.strip()) & is_kept_by_staff(contact))
    return query.orderby(contact.name).limit(_MOST).run(pluck=True)


def _values(doctype: str, field: str, contacts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if contacts:
        rows = frappe.get_all(doctype, {"parent": ("in", contacts)}, ["parent", field], order_by="idx asc")
        for row in rows:
            found.setdefault(row.parent, []).append(row[field])
    return found
