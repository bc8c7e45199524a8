"""How well senders and products are found on a site with data of its own (the demo company), with typed errors planted.

    PYTHON_OF_THE_BENCH -m tests.benchmarks.bench_matching [--site NAME] [--bench PATH] [--each 60] [--contacts 1000] [--seed 1]

Takes known contacts, telephones, addresses, numbers and item names, writes them as people do, and asks for them again. Telephones
are those of planted contacts; nothing is committed. For each kind: recall, the share whose truth is among the five proposals; precision, the share that is right of those that
one proposal leads without a rival; and how many were left open as ambiguous.
"""

from __future__ import annotations

import argparse
import random
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import frappe

from complaint_qms.constants.matching import PHONE_KEY
from complaint_qms.engine.phone_number import stored_digits
from complaint_qms.services.intake.matching import ContactDetails, what, who
from tests.benchmarks.connection import add_site, connected

Case = tuple[str, Callable[[], list[dict[str, Any]]], str, str]
"""(kind, question, field of Complaint, its true value)"""
FULL_WIDTH = {48 + n: 0xFF10 + n for n in range(10)}
SAYINGS = (
    "Complaint about {0}, it broke.",
    "{0} 有质量问题，请处理。",
    "our {0} leaks since yesterday",
    "{0}",
)


def swapped(text: str, rng: random.Random) -> str:
    """Two neighbouring digits changed places."""
    places = [
        n
        for n in range(len(text) - 1)
        if text[n].isdigit() and text[n + 1].isdigit() and text[n] != text[n + 1]
    ]
    at = rng.choice(places) if places else 0
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if places else text


def alike(text: str, rng: random.Random) -> str:
    """O for 0, l for 1."""
    places = [n for n, sign in enumerate(text) if sign in "01"]
    for at in rng.sample(places, min(2, len(places))):
        text = text[:at] + {"0": "O", "1": "l"}[text[at]] + text[at + 1 :]
    return text


NUMBER_ERRORS: dict[str, Callable[[str, random.Random], str]] = {
    "as written": lambda text, rng: text,
    "lower case": lambda text, rng: text.lower(),
    "full-width digits": lambda text, rng: text.translate(FULL_WIDTH),
    "O for 0, l for 1": alike,
    "two digits swapped": swapped,
    "hyphens missing": lambda text, rng: text.replace("-", ""),
    "blanks for hyphens": lambda text, rng: text.replace("-", " "),
}
NAME_ERRORS: dict[str, Callable[[str, random.Random], str]] = {
    "as written": lambda text, rng: text,
    "upper case": lambda text, rng: text.upper(),
    "blanks missing": lambda text, rng: text.replace(" ", ""),
    "a slip of the finger": lambda text, rng: swap_letters(text, rng),
    "a letter missing": lambda text, rng: drop_letter(text, rng),
}


def swap_letters(text: str, rng: random.Random) -> str:
    at = rng.randrange(1, max(2, len(text) - 2))
    return text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :]


def drop_letter(text: str, rng: random.Random) -> str:
    at = rng.randrange(1, max(2, len(text) - 1))
    return text[:at] + text[at + 1 :]


def phone_spellings(phone: str) -> dict[str, str]:
    """A number of the site as it may be given on the telephone, by its country code or without."""
    import phonenumbers

    number = phonenumbers.parse(phone, "US")
    national = phonenumbers.national_significant_number(number)
    code = number.country_code
    kept = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return {
        "international": phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        "national": kept,
        "00 and digits": f"00{code}{national}",
        "digits alone": national,
        "full-width digits": kept.translate(FULL_WIDTH),
        "with an extension": f"{kept} ext. 12",
        "zero in brackets": f"+{code} (0){national}",
        "two digits swapped (is another number)": swapped(national, random.Random(national)),
    }


def plant_contacts(count: int, rng: random.Random) -> None:
    """Contacts with telephones of several countries, for as long as the transaction lasts."""
    customers = frappe.get_all("Customer", {"disabled": 0}, pluck="name", order_by="name")
    if not customers:
        made = {"doctype": "Customer", "customer_name": "BENCH-CONTACT", "customer_type": "Company"}
        customers = [frappe.get_doc(made).insert().name]
    formats = ("+86 13{0}", "+86 21 5{1}", "+49 171 {1}", "+44 7911 1{2}", "+1 212 555 {3}", "+86-15{0}")
    rows = []
    for n in range(count):
        places = [f"{rng.randrange(10**digits):0{digits}d}" for digits in (9, 7, 5, 4)]
        rows.append((f"BENCH-CONTACT-{n}", formats[n % 6].format(*places), customers[n % len(customers)]))
    contacts = [(name, name, name, phone, "Administrator") for name, phone, _of in rows]
    frappe.db.bulk_insert("Contact", ("name", "first_name", "full_name", "mobile_no", "owner"), contacts)
    columns = ("name", "parent", "parenttype", "parentfield", "phone", PHONE_KEY)
    phones = [(f"{n}-p", n, "Contact", "phone_nos", phone, stored_digits(phone)) for n, phone, _of in rows]
    frappe.db.bulk_insert("Contact Phone", columns, phones)
    columns = ("name", "parent", "parenttype", "parentfield", "link_doctype", "link_name")
    links = [(f"{n}-l", n, "Contact", "links", "Customer", customer) for n, _phone, customer in rows]
    frappe.db.bulk_insert("Dynamic Link", columns, links)


def senders(each: int, rng: random.Random, company: str) -> Iterator[Case]:
    phones = frappe.get_all("Contact Phone", {"phone": ("is", "set")}, ["parent", "phone"], order_by="name")
    emails = frappe.get_all(
        "Contact Email", {"email_id": ("is", "set")}, ["parent", "email_id"], order_by="name"
    )
    customers = frappe.get_all("Customer", {"disabled": 0}, ["name", "customer_name"], order_by="name")
    for row in rng.sample(phones, min(each, len(phones))):
        for kind, typed in phone_spellings(row.phone).items():
            yield (
                f"telephone, {kind}",
                lambda typed=typed: who(ContactDetails(phone=typed), company=company),
                "contact_phone",
                row.phone,
            )
    for row in rng.sample(emails, min(each, len(emails))):
        for kind, typed in (("as written", row.email_id), ("upper case", f" {row.email_id.upper()} ")):
            yield (
                f"mail, {kind}",
                lambda typed=typed: who(ContactDetails(email=typed), company=company),
                "contact_email",
                row.email_id,
            )
    for row in rng.sample(customers, min(each, len(customers))):
        yield (
            "customer name",
            lambda typed=row.customer_name: who(ContactDetails(name=typed), company=company),
            "customer",
            row.name,
        )


def products(each: int, rng: random.Random, company: str) -> Iterator[Case]:
    kinds = {
        "Serial No": "serial_no",
        "Batch": "batch_no",
        "Delivery Note": "delivery_note",
        "Sales Invoice": "sales_invoice",
    }
    for doctype, field in kinds.items():
        filters = (
            {"docstatus": 1, "is_return": 0, "company": company}
            if field in ("delivery_note", "sales_invoice")
            else {}
        )
        names = frappe.get_all(doctype, filters, pluck="name", order_by="name")
        for name in rng.sample(names, min(each, len(names))):
            for kind, error in NUMBER_ERRORS.items():
                text = rng.choice(SAYINGS).format(error(name, rng))
                yield f"{doctype}, {kind}", lambda text=text: what(text, "", company), field, name
    items = frappe.get_all(
        "Item", {"disabled": 0, "has_variants": 0, "is_sales_item": 1}, ["name", "item_name"], order_by="name"
    )
    buyers = dict(
        frappe.db.sql(
            "select item_code, max(parent) from `tabSales Invoice Item` where docstatus = 1 group by item_code"
        )
    )
    for row in rng.sample(items, min(each, len(items))):
        customer = frappe.db.get_value("Sales Invoice", buyers.get(row.name), "customer") or ""
        for kind, error in NAME_ERRORS.items():
            text = rng.choice(SAYINGS).format(error(row.item_name, rng))
            yield f"item name, {kind}", lambda text=text: what(text, "", company), "item_code", row.name
            yield (
                f"item name of a buyer, {kind}",
                lambda text=text, by=customer: what(text, by, company),
                "item_code",
                row.name,
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_site(parser)
    parser.add_argument("--each", type=int, default=60)
    parser.add_argument("--contacts", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with connected(arguments.site, arguments.bench / "sites"):
        rng = random.Random(arguments.seed)
        plant_contacts(arguments.contacts, rng)
        company = frappe.get_all("Company", pluck="name", order_by="creation desc", limit=1)[0]
        results: dict[str, list[tuple[bool, bool, bool, float]]] = {}
        for cases in (senders, products):
            for kind, ask, field, truth in cases(arguments.each, rng, company):
                begin = perf_counter()
                found = ask()
                taken = perf_counter() - begin
                first = found[0] if found else None
                led = bool(first) and not first["ambiguous"]
                right = led and _is(first, field, truth)
                results.setdefault(kind, []).append(
                    (any(_is(one, field, truth) for one in found), led, right, taken)
                )
        for kind, rows in results.items():
            led = [row for row in rows if row[1]]
            precision = 100 * sum(row[2] for row in led) / len(led) if led else 0.0
            recall = 100 * sum(row[0] for row in rows) / len(rows)
            print(f"{kind:58} {len(rows):4} asked  recall {recall:5.1f} %  precision {precision:5.1f} %  one led {100 * len(led) / len(rows):5.1f} %")  # fmt: skip
        times = [row[3] for rows in results.values() for row in rows]
        print(f"median {1000 * statistics.median(times or [0]):.1f} ms of {len(times)} questions")
        frappe.db.rollback()


def _is(candidate: dict[str, Any], field: str, truth: str) -> bool:
    said = candidate["values"].get(field) or ""
    if field == "contact_phone":
        return "".join(filter(str.isdigit, said))[-9:] == "".join(filter(str.isdigit, truth))[-9:]
    return said.casefold() == truth.casefold()


if __name__ == "__main__":
    main()
