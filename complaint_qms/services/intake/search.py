"""The two questions of a short intake: who is calling, and about which product. Each answer carries the fields it fills."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe.utils import cstr

from complaint_qms.constants.personal_data import IDENTITY
from complaint_qms.engine.phone_number import is_number
from complaint_qms.engine.product_code import read_code
from complaint_qms.integrations.erpnext import party_search, product_search
from complaint_qms.integrations.erpnext.source_facts import SOURCES
from complaint_qms.permissions.personal_data import sees
from complaint_qms.services.intake import matching
from complaint_qms.services.record.language import comma_list

Choice = dict[str, Any]
"""{doctype, label, notes: [text], values: {field of Complaint: value}}"""

_EACH: Final = 5
# Somebody who complains often would hide the others.
_LOOKED_AT: Final = 50
_SHORTEST: Final = 2
_NAMED: Final = 2


def parties(text: str) -> list[Choice]:
    """Customers, contacts and people who complained before that match a name, number, mail address or telephone."""
    if len(text.strip()) < _SHORTEST:
        return []
    if known := _by_index(text):
        return known
    contacts = party_search.find_contacts(text, _EACH)
    customers = party_search.find_customers(text, _EACH)
    return [
        *(_customer(row) for row in customers),
        *(_contact(row) for row in contacts),
        *(_stranger(row) for row in _strangers(text)),
    ]


def products(text: str, customer: str, company: str) -> list[Choice]:
    """Items, batches, serial numbers and sales documents that match; without a text what the customer bought last."""
    if len(text.strip()) < _SHORTEST:
        return _documents("", customer, company) if customer else []
    if read_code(text):
        return matching.what(text, customer, company)
    return [
        *(
            _choice("Serial No", row.name, [row.item_name], serial_no=row.name)
            for row in product_search.find_numbers("Serial No", text, _EACH)
        ),
        *(
            _choice("Batch", row.name, [row.item_name], batch_no=row.name)
            for row in product_search.find_numbers("Batch", text, _EACH)
        ),
        *_documents(text, customer, company),
        *(
            _choice("Item", row.item_name or row.name, [row.name], item_code=row.name)
            for row in product_search.find_items(text, _EACH)
        ),
    ]


def _by_index(text: str) -> list[Choice]:
    """Whoever has a whole telephone number or mail address; of a part of one nobody, who is looked for as a text."""
    if is_number(text):
        return matching.who(matching.ContactDetails(phone=text))
    return matching.who(matching.ContactDetails(email=text)) if "@" in text else []


def _documents(text: str, customer: str, company: str) -> list[Choice]:
    found = []
    for doctype, field in SOURCES.items():
        rows = product_search.find_documents(doctype, text, customer, company, _EACH)
        goods = product_search.goods_of(doctype, (row.name for row in rows))
        for row in rows:
            notes = [cstr(row.date), "" if customer else row.customer_name, _list(goods.get(row.name, []))]
            found.append(_choice(doctype, row.name, notes, **{field: row.name}))
    return sorted(found, key=lambda choice: choice["notes"][0], reverse=True)


def _list(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _NAMED
    return comma_list(names[:_NAMED]) + (f" +{more}" if more > 0 else "")


def _customer(row: dict[str, Any]) -> Choice:
    notes = [row["name"] if row["name"] != row["customer_name"] else "", row["territory"], row["mobile_no"]]
    title = row["customer_name"] or row["name"]
    return _choice("Customer", title, notes, customer=row["name"], complainant_name=title)


def _contact(row: dict[str, Any]) -> Choice:
    telephone = row["mobile_no"] or row["phone"]
    values = {"customer": row["customer"]}
    if row["customer"]:
        values["contact_person"] = row["name"]
    return _choice(
        "Contact",
        row["full_name"] or row["name"],
        [row["customer"] or row["company_name"], row["email_id"], telephone],
        **values,
        complainant_name=row["full_name"],
        contact_email=row["email_id"],
        contact_phone=telephone,
    )


def _stranger(row: dict[str, Any]) -> Choice:
    values = {field: row[field] for field in ("complainant_name", "contact_email", "contact_phone")}
    return _choice(
        "Complaint", row["complainant_name"], [row["contact_email"], row["contact_phone"]], **values
    )


def _strangers(text: str) -> list[dict[str, Any]]:
    """People without a record of a customer, as they gave themselves when they complained before; one query."""
    if not frappe.has_permission("Complaint", "read") or not sees([IDENTITY]):
        return []
    digits = party_search.telephone_digits(text)
    any_of = [
        ["complainant_name", "like", party_search.like(text)],
        ["contact_email", "like", party_search.like(text)],
    ]
    if digits:
        any_of.append(["contact_phone", "like", party_search.telephone_like(digits)])
    rows = frappe.get_list(
        "Complaint",
        filters={"customer": ("is", "not set"), "complainant_name": ("is", "set"), "stage": ("!=", "void")},
        or_filters=any_of,
        fields=["complainant_name", "contact_email", "contact_phone"],
        order_by="received_at desc",
        limit=_LOOKED_AT,
    )
    people = {
        (row.complainant_name, row.contact_email, row.contact_phone): row
        for row in reversed(rows)
        if party_search.matches(row, text, [row.contact_phone])
    }
    return list(reversed(people.values()))[:_EACH]


def _choice(doctype: str, label: str, notes: list[str | None], **values: str | None) -> Choice:
    return {
        "doctype": doctype,
        "label": label,
        "notes": [note for note in notes if note],
        "values": {field: value for field, value in values.items() if value},
    }
