"""Who a sender is and which product a text means: ranked proposals with reasons, on the form and for what comes in. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder import Order

from complaint_qms.engine import phone_number
from complaint_qms.engine.item_names import named, search_words
from complaint_qms.engine.number_spellings import (
    CONFUSED,
    EXACT,
    SEPARATED,
    as_spelled,
    compact,
    numbers_in,
    of_series,
    spellings,
)
from complaint_qms.engine.product_code import ProductCode, gtin_spellings, read_code
from complaint_qms.engine.text import code_tokens
from complaint_qms.integrations.erpnext import party_matching, product_matching
from complaint_qms.integrations.erpnext.contact_keys import email_key
from complaint_qms.services.record import match_keys
from complaint_qms.services.reporting.access import can_read, permitted

SURE: Final = 0.85
"""Confidence from which a single candidate needs no second look."""
SHORTEST_TEXT: Final = 3
PARTY_FIELDS: Final = ("customer", "contact_person", "complainant_name")
_NEAR: Final = 0.12
_MOST: Final = 5
_MOST_WEIGHED: Final = 100
_EARLIER: Final = 30
_MOST_NUMBERS: Final = 40
_MOST_SPELLINGS: Final = 1_500
_FEWEST_DIGITS: Final = 6
_BOUGHT_BEFORE: Final = 0.05
Candidate = dict[str, Any]
"""{doctype, label, notes: [text], values: {field of Complaint: value}, confidence 0 … 1, reasons: [sentence], ambiguous: another
is about as likely, so that a person has to choose}"""


@dataclass(frozen=True)
class ContactDetails:
    """What is known of somebody who writes or calls, as it came."""

    phone: str | None = None
    email: str | None = None
    name: str | None = None
    customer_id: str | None = None
    chat_id: str | None = None


@dataclass
class _Evidence:
    doctype: str
    label: str
    notes: list[str]
    values: dict[str, str]
    group: str
    doubt: float = 1.0
    reasons: dict[str, float] = field(default_factory=dict)

    def add(self, weight: float, reason: str) -> None:
        if weight > self.reasons.get(reason, 0.0):
            self.doubt *= (1.0 - weight) / (1.0 - self.reasons.get(reason, 0.0))
            self.reasons[reason] = weight


def who(
    sender: ContactDetails, text: str = "", company: str | None = None, limit: int = _MOST
) -> list[Candidate]:
    """Contacts, customers and people who complained before that a sender may be, likeliest first; thirteen queries at most, however
    many are stored.

    Args:
        text: what was said; a customer number in it counts.
    """
    region = party_matching.region_of(company)
    found: dict[str, _Evidence] = {}
    for row in party_matching.contacts_with(sender.phone, sender.email, sender.name, region):
        key = f"Contact {row['name']} {row['customer'] or ''}"
        _weigh_contact(found.setdefault(key, _contact(row)), row, sender, region)
    numbers = numbers_in(text)[:_MOST_NUMBERS]
    for row in party_matching.customers_called([sender.customer_id, sender.name, *numbers], sender.email):
        _weigh_customer(_of_customer(found, row), row, sender, numbers)
    for row in _earlier(sender, region):
        key = f"Customer {row['customer']}" if row["customer"] else f"Caller {row['complainant_name']}"
        known = next(
            (one for one in found.values() if row["customer"] and one.group == row["customer"]), None
        )
        _weigh_earlier(known or found.setdefault(key, _caller(row)), row, sender, region)
    return _ranked(found.values(), limit)


def sure_party(sender: ContactDetails, company: str | None = None) -> dict[str, str]:
    """Customer, contact and their name, as fields of Complaint, of whom alone a sender can be; a contact only where no other of the
    same customer is about as likely. Empty where a person has to choose."""
    found = [
        one for one in who(sender, company=company, limit=_MOST_WEIGHED) if one["values"].get("customer")
    ]
    first = the_one(found)
    if not first:
        return {}
    customer = first["values"]["customer"]
    contacts = [
        one["values"]
        for one in found
        if one["doctype"] == "Contact"
        and one["values"]["customer"] == customer
        and first["confidence"] - one["confidence"] <= _NEAR
    ]
    values = contacts[0] if len(contacts) == 1 else {"customer": customer}
    return {name: value for name, value in values.items() if name in PARTY_FIELDS}


def what(text: str, customer: str = "", company: str = "", limit: int = _MOST) -> list[Candidate]:
    """Batches, serial numbers, documents and items that a text or the content of a QR code names, likeliest first; mistyped
    numbers and names as well. What the customer bought goes before what they did not."""
    code = read_code(text)
    found: dict[str, _Evidence] = {}
    _take_numbers(found, text, code, company)
    _take_items(found, text, code, customer, company)
    return _ranked(found.values(), limit)


def exact_product(
    text: str, serial: str = "", batch: str = "", *, own_numbers: Iterable[str] = ()
) -> dict[str, str]:
    """Item, batch and serial number, as fields of Complaint, that a text names by their very numbers where they are those of one item;
    empty where they are none, or of several. What is spelt otherwise is a proposal of `what`.

    Args:
        serial, batch: what was told as such a number.
        own_numbers: numbers of something else, as telephones and orders.
    """
    code = read_code(text)
    others = {compact(number) for number in own_numbers if number}
    written = (*numbers_in(text)[:_MOST_NUMBERS], *code_tokens(text))
    numbers = {number for number in written if compact(number) not in others}
    told = (serial, batch, code.serial, code.batch, code.item)
    lots = {one.upper() for one in (*told, *filter(_says_enough, numbers)) if one}
    found = [row for row in product_matching.records_numbered(lots, "") if row[1] in ("Batch", "Serial No")]
    whole = [line.strip() for line in text.splitlines() if line.strip()]
    codes = [*(gtin_spellings(code.gtin) if code.gtin else ()), *lots, *whole[:_MOST_NUMBERS]]
    return product_matching.of_one_item(
        {name for _field, doctype, name in found if doctype == "Serial No"},
        {name for _field, doctype, name in found if doctype == "Batch"},
        {row["name"] for row in product_matching.items_with_code(codes)},
    )


def the_one(candidates: list[Candidate]) -> Candidate | None:
    """The candidate that needs no second look; None where there is none, or where two are about as likely."""
    first = candidates[0] if candidates else None
    return first if first and first["confidence"] >= SURE and not first["ambiguous"] else None


def _says_enough(number: str) -> bool:
    """Whether a number that nothing says the kind of is no mere count."""
    return not number.isdigit() or len(number) >= _FEWEST_DIGITS


def _ranked(found: Any, limit: int) -> list[Candidate]:
    ordered = sorted(found, key=lambda one: (one.doubt, one.label))
    best: dict[str, float] = {}
    for one in ordered:
        best.setdefault(one.group, 1.0 - one.doubt)
    # A person of whom no customer is known is nobody else than the same person at a customer.
    of_customers = {one.group for one in ordered if one.values.get("customer")}
    candidates = []
    for one in ordered[:limit]:
        sure = 1.0 - one.doubt
        rivals = [
            other
            for group, other in best.items()
            if group != one.group and (group in of_customers or one.group not in of_customers)
        ]
        candidates.append(
            {
                "doctype": one.doctype,
                "label": one.label,
                "notes": [note for note in one.notes if note],
                "values": {name: value for name, value in one.values.items() if value},
                "confidence": round(sure, 2),
                "reasons": sorted(one.reasons, key=lambda reason: -one.reasons[reason]),
                "ambiguous": any(abs(sure - rival) <= _NEAR for rival in rivals),
            }
        )
    return candidates


def _contact(row: dict[str, Any]) -> _Evidence:
    phone = row["mobile_no"] or row["phone"]
    values = {"customer": row["customer"], "contact_person": row["name"] if row["customer"] else None}
    values |= {"complainant_name": row["full_name"], "contact_email": row["email_id"], "contact_phone": phone}
    notes = [row["customer"] or row["company_name"], row["email_id"], phone]
    return _Evidence(
        "Contact", row["full_name"] or row["name"], notes, values, row["customer"] or row["name"]
    )


def _of_customer(found: dict[str, _Evidence], row: dict[str, Any]) -> _Evidence:
    title = row["customer_name"] or row["name"]
    notes = [row["name"] if row["name"] != title else "", row["territory"], row["mobile_no"]]
    values = {"customer": row["name"], "complainant_name": title}
    return found.setdefault(
        f"Customer {row['name']}", _Evidence("Customer", title, notes, values, row["name"])
    )


def _caller(row: dict[str, Any]) -> _Evidence:
    values = {
        field: row[field] for field in ("customer", "complainant_name", "contact_email", "contact_phone")
    }
    label = row["complainant_name"] or row["customer"] or row["name"]
    return _Evidence(
        "Complaint",
        label,
        [row["customer"], row["contact_email"], row["contact_phone"]],
        values,
        row["customer"] or label,
    )


def _weigh_contact(one: _Evidence, row: dict[str, Any], sender: ContactDetails, region: str | None) -> None:
    if sender.email and email_key(sender.email) in {email_key(email) for email in row["emails"]}:
        one.add(0.95, _("same mail address"))
    agreed = max(
        (phone_number.agreement(sender.phone, phone, region) for phone in row["phones"]), default=0.0
    )
    _add_phone(one, agreed)
    if sender.name and sender.name.strip().casefold() == (row["full_name"] or "").casefold():
        one.add(0.6, _("same name"))


def _weigh_customer(one: _Evidence, row: dict[str, Any], sender: ContactDetails, numbers: list[str]) -> None:
    if sender.customer_id and sender.customer_id.strip().casefold() == row["name"].casefold():
        one.add(0.95, _("same customer number"))
    if row["name"].upper() in numbers:
        one.add(0.85, _("customer number in the text"))
    if sender.email and email_key(sender.email) == email_key(row["email_id"]):
        one.add(0.9, _("same mail address"))
    _add_phone(one, phone_number.agreement(sender.phone, row["mobile_no"]))
    if sender.name and sender.name.strip().casefold() in (
        row["name"].casefold(),
        (row["customer_name"] or "").casefold(),
    ):
        one.add(0.7, _("same name"))


def _weigh_earlier(one: _Evidence, row: dict[str, Any], sender: ContactDetails, region: str | None) -> None:
    agreed = phone_number.agreement(sender.phone, row["contact_phone"], region)
    if agreed >= 0.5:
        one.add(0.7 * agreed, _("complained before with this telephone number"))
    if sender.email and email_key(sender.email) == email_key(row["contact_email"]):
        one.add(0.75, _("complained before with this mail address"))
    if row["chat"]:
        one.add(0.88, _("wrote from this account before"))


def _add_phone(one: _Evidence, agreed: float) -> None:
    if agreed >= 0.8:
        # Of a whole number without its country there are few in the world.
        one.add(0.9 if agreed == 1.0 else 0.86, _("same telephone number"))
    elif agreed:
        one.add(0.9 * agreed, _("telephone number ends alike"))


def _earlier(sender: ContactDetails, region: str | None) -> list[dict[str, Any]]:
    """The newest complaints of the same caller; two queries."""
    if not can_read("Complaint"):
        return []
    key, complaint = frappe.qb.DocType(match_keys.DOCTYPE), frappe.qb.DocType("Complaint")
    chat = _complaints_of_account(sender.chat_id)
    conditions = [party_matching.phone_key(key.phone, sender.phone, region)]
    conditions.append(key.email == email_key(sender.email) if email_key(sender.email) else None)
    conditions.append(key.name.isin(sorted(chat)) if chat else None)
    found: dict[str, dict[str, Any]] = {}
    for condition in conditions:
        if condition is None:
            continue
        fields = ("name", "customer", "complainant_name", "contact_email", "contact_phone")
        query = (
            frappe.qb.from_(key)
            .inner_join(complaint)
            .on(complaint.name == key.name)
            .select(*(complaint[name] for name in fields))
            .where(condition & (complaint.stage != "void"))
            .orderby(key.name, order=Order.desc)
            .limit(_EARLIER)
        )
        for row in permitted(query).run(as_dict=True):
            found[row["name"]] = row | {"chat": row["name"] in chat}
    return list(found.values())


def _complaints_of_account(chat_id: str | None) -> set[str]:
    if not chat_id:
        return set()
    item = frappe.qb.DocType("Complaint Inbox Item")
    query = (
        frappe.qb.from_(item)
        .select(item.complaint)
        .where((item.sender_address == chat_id) & (item.road == "chat"))
    )
    return set(query.where(item.complaint.isnotnull()).limit(_EARLIER).run(pluck=True))


def _take_numbers(found: dict[str, _Evidence], text: str, code: ProductCode, company: str) -> None:
    meant: dict[str, float] = {}
    stated = [number for number in (code.serial, code.batch) if number]
    for number in (*stated, *numbers_in(text)[:_MOST_NUMBERS]):
        for spelling, weight in spellings(number).items():
            meant[spelling] = max(meant.get(spelling, 0.0), weight)
    prefixes, samples = product_matching.series_prefixes(), product_matching.lots_called()
    for number in numbers_in(text)[:_MOST_NUMBERS]:
        for whole in of_series(number, prefixes) | as_spelled(number, samples):
            meant[whole.upper()] = max(meant.get(whole.upper(), 0.0), SEPARATED)
    likeliest = sorted(meant, key=lambda number: -meant[number])[:_MOST_SPELLINGS]
    records = product_matching.records_numbered(likeliest, company)
    weights = {name: meant.get(name.upper(), CONFUSED) for _field, _doctype, name in records}
    for field_name, doctype, name in records:
        weight = weights[name]
        if any(_lies_within(name, other) and weights[other] >= weight - _NEAR for other in weights):
            continue
        one = found.setdefault(name, _Evidence(doctype, name, [], {field_name: name}, name))
        if weight < EXACT:
            one.add(0.95 * weight, _("number as it may have been mistyped"))
        else:
            one.add(
                0.97,
                _("number in the code")
                if name.upper() in {n.upper() for n in stated}
                else _("number in the text"),
            )


def _lies_within(number: str, other: str) -> bool:
    """Whether the number of a batch is a part of that of its unit, which says more."""
    return number != other and compact(number) in compact(other)


def _take_items(
    found: dict[str, _Evidence], text: str, code: ProductCode, customer: str, company: str
) -> None:
    codes = [
        *(gtin_spellings(code.gtin) if code.gtin else ()),
        *([code.item] if code.item else []),
        *numbers_in(text)[:_MOST_NUMBERS],
        *filter(_says_enough, code_tokens(text)),
    ]
    for row in product_matching.items_with_code(codes):
        _item(found, row).add(0.95, _("item code or bar code"))
    bought = product_matching.bought_by(customer, company, permitted)
    names = {row["name"]: row for row in bought}
    scores = named(text, _names_of(bought))
    if not scores:
        others = product_matching.items_like(search_words(text))
        names |= {row["name"]: row for row in others}
        scores = named(text, _names_of(others))
    for key, score in list(scores.items())[: 2 * _MOST]:
        one = _item(found, names[key])
        one.add(
            score / 100 * 0.85,
            _("item named in the text") if score >= 99 else _("item named much like in the text"),
        )
    for row in bought:
        if (one := found.get(row["name"])) and one.doctype == "Item":
            one.add(_BOUGHT_BEFORE, _("bought before"))


def _item(found: dict[str, _Evidence], row: dict[str, Any]) -> _Evidence:
    label = row["item_name"] or row["name"]
    return found.setdefault(
        row["name"], _Evidence("Item", label, [row["name"]], {"item_code": row["name"]}, row["name"])
    )


def _names_of(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["name"], name) for row in rows for name in {row["item_name"], row["name"]} if name]
