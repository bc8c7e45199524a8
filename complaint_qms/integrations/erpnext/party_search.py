"""Who is calling: customers and contacts by name, number, mail address or telephone, as far as the user may see them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Final

import frappe

_TELEPHONE: Final = re.compile(r"[\d\s()+./-]+")
_FEWEST_DIGITS: Final = 5
# A country code, or the zero in its place, stands before these.
_MOST_DIGITS: Final = 9
# Of a pattern of digits some hits are none.
_LOOKED_AT: Final = 50


def may_choose(doctype: str) -> bool:
    """Whether the user's roles let them look for records of a DocType."""
    return any(frappe.has_permission(doctype, right) for right in ("read", "select"))


def telephone_digits(text: str) -> str:
    """The digits by which a telephone number is found, however it is written; empty where the text is none."""
    digits = _digits(text).lstrip("0")[-_MOST_DIGITS:]
    return digits if _TELEPHONE.fullmatch(text) and len(digits) >= _FEWEST_DIGITS else ""


def like(text: str) -> str:
    """Pattern for a text that may stand anywhere in a field; its own signs of patterns are text."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def telephone_like(digits: str) -> str:
    """Pattern of a telephone number with whatever stands between its digits."""
    return f"%{'%'.join(digits)}%"


def matches(row: dict[str, Any], text: str, telephones: Iterable[str | None]) -> bool:
    """Whether a row that a pattern of digits let through has those digits beside each other, or the text itself."""
    digits = telephone_digits(text)
    if not digits or any(digits in _digits(telephone or "") for telephone in telephones):
        return True
    return text.strip().casefold() in " ".join(str(value) for value in row.values()).casefold()


def find_customers(text: str, limit: int) -> list[dict[str, Any]]:
    """Customers in use whose name, title, mail address or telephone matches; one query."""
    if not may_choose("Customer"):
        return []
    rows = frappe.get_list(
        "Customer",
        filters={"disabled": 0},
        or_filters=_any_of("Customer", text, ("name", "customer_name", "email_id"), ("mobile_no",)),
        fields=["name", "customer_name", "territory", "email_id", "mobile_no"],
        order_by="customer_name asc",
        limit=_LOOKED_AT,
    )
    return [row for row in rows if matches(row, text, [row.mobile_no])][:limit]


def find_contacts(text: str, limit: int) -> list[dict[str, Any]]:
    """Contacts that match, each with the `customer` it belongs to; those of customers alone that the user does not see are
    left out. Four queries."""
    if not may_choose("Contact"):
        return []
    rows = frappe.get_list(
        "Contact",
        or_filters=[
            *_any_of("Contact", text, ("full_name", "company_name"), ()),
            *_any_of("Contact Email", text, ("email_id",), ()),
            *_any_of("Contact Phone", text, (), ("phone",)),
        ],
        fields=["name", "full_name", "company_name", "email_id", "mobile_no", "phone"],
        order_by="full_name asc",
        distinct=True,
        limit=_LOOKED_AT,
    )
    telephones = _telephones_of([row.name for row in rows])
    customers = customers_of([row.name for row in rows])
    return [
        {**row, "customer": customers.get(row.name, [None])[0]}
        for row in rows
        if customers.get(row.name, [None]) and matches(row, text, telephones.get(row.name, ()))
    ][:limit]


def customers_of(contacts: list[str]) -> dict[str, list[str]]:
    """Contact → those of its customers that the user sees, in its order; contacts of nobody are left out. Two queries."""
    if not contacts:
        return {}
    links = frappe.get_all(
        "Dynamic Link",
        {"parenttype": "Contact", "parent": ("in", contacts), "link_doctype": "Customer"},
        ["parent", "link_name"],
        order_by="idx asc",
    )
    names = sorted({link.link_name for link in links})
    seen: set[str] = set()
    if names and may_choose("Customer"):
        filters = {"name": ("in", names), "disabled": 0}
        seen = set(frappe.get_list("Customer", filters=filters, pluck="name", limit=0))
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(link.parent, [])
        if link.link_name in seen and link.link_name not in found[link.parent]:
            found[link.parent].append(link.link_name)
    return found


def _digits(text: str) -> str:
    return "".join(re.findall(r"\d", text))


def _any_of(doctype: str, text: str, words: Iterable[str], telephones: Iterable[str]) -> list[list[str]]:
    digits = telephone_digits(text)
    found = [[doctype, field, "like", like(text)] for field in words]
    return found + [[doctype, field, "like", telephone_like(digits)] for field in telephones if digits]


def _telephones_of(contacts: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    if contacts:
        rows = frappe.get_all(
            "Contact Phone", {"parent": ("in", contacts)}, ["parent", "phone"], order_by="idx asc"
        )
        for row in rows:
            found.setdefault(row.parent, []).append(row.phone)
    return found
