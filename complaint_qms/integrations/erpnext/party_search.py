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


def may_choose(doctype: str) -> bool:
    """Whether the user's roles let them look for records of a DocType."""
    return any(frappe.has_permission(doctype, right) for right in ("read", "select"))


def telephone_digits(text: str) -> str:
    """The digits by which a telephone number is found, however it is written; empty where the text is none."""
    digits = "".join(re.findall(r"\d", text))
    if not _TELEPHONE.fullmatch(text) or len(digits) < _FEWEST_DIGITS:
        return ""
    return digits.lstrip("0")[-_MOST_DIGITS:]


def like(text: str) -> str:
    """Pattern for a text that may stand anywhere in a field; its own signs of patterns are text."""
    plain = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{plain}%"


def telephone_like(digits: str) -> str:
    """Pattern of a telephone number with whatever stands between its digits."""
    return f"%{'%'.join(digits)}%"


def find_customers(text: str, limit: int) -> list[dict[str, Any]]:
    """Customers in use whose name, title, mail address or telephone matches; one query."""
    if not may_choose("Customer"):
        return []
    return _telephone_holds(
        frappe.get_list(
            "Customer",
            filters={"disabled": 0},
            or_filters=_any_of("Customer", text, ("name", "customer_name", "email_id"), ("mobile_no",)),
            fields=["name", "customer_name", "territory", "email_id", "mobile_no"],
            order_by="customer_name asc",
            limit=limit,
        ),
        text,
        ("mobile_no",),
    )


def find_contacts(text: str, limit: int) -> list[dict[str, Any]]:
    """Contacts that match, each with the `customer` it belongs to where the user may see that one; three queries."""
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
        limit=limit,
    )
    customers = _customers_of(row.name for row in rows)
    return [{**row, "customer": customers.get(row.name)} for row in rows]


def _any_of(doctype: str, text: str, words: Iterable[str], telephones: Iterable[str]) -> list[list[str]]:
    digits = telephone_digits(text)
    found = [[doctype, field, "like", like(text)] for field in words]
    found += [[doctype, field, "like", telephone_like(digits)] for field in telephones if digits]
    return found


def _telephone_holds(rows: list[Any], text: str, fields: tuple[str, ...]) -> list[dict[str, Any]]:
    """Of a telephone number the pattern lets through digits with others between them; those go."""
    digits = telephone_digits(text)
    if not digits:
        return rows
    return [
        row
        for row in rows
        if any(digits in "".join(re.findall(r"\d", row.get(field) or "")) for field in fields)
        or text.strip().lower() in " ".join(str(value) for value in row.values()).lower()
    ]


def _customers_of(contacts: Iterable[str]) -> dict[str, str]:
    names = sorted(set(contacts))
    if not names or not may_choose("Customer"):
        return {}
    links = frappe.get_all(
        "Dynamic Link",
        {"parenttype": "Contact", "parent": ("in", names), "link_doctype": "Customer"},
        ["parent", "link_name"],
        order_by="idx desc",
    )
    seen = set(
        frappe.get_list(
            "Customer",
            filters={"name": ("in", sorted({link.link_name for link in links})), "disabled": 0},
            pluck="name",
            limit=0,
        )
        if links
        else ()
    )
    return {link.parent: link.link_name for link in links if link.link_name in seen}
