"""Customers who are logged in: their logins, and what they ask of the portal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import frappe
from frappe.website.serve import get_response_content

from complaint_qms.api import portal
from tests.desk import factory

DOOR = "/api/method/complaint_qms.api.portal."
TOLD = {"description": "The lid cracked. It leaks since Monday."}


@contextmanager
def portal_open() -> Iterator[None]:
    """The portal is open, and nobody has knocked yet."""
    frappe.cache.delete_keys("rl:")
    frappe.db.set_single_value("Complaint QMS Settings", {"portal_enabled": 1, "page_most_files": 3})
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")
    yield
    frappe.cache.delete_keys("rl:")
    frappe.clear_document_cache("Complaint QMS Settings", "Complaint QMS Settings")


def login(*roles: str, **values: object) -> str:
    """A new user of the website with ERPNext's role of customers, or with these roles."""
    email = f"{frappe.generate_hash(length=10)}@customer.example"
    user = frappe.get_doc(
        {
            "doctype": "User",
            "email": email,
            "first_name": "Ann",
            "last_name": "Lee",
            "user_type": "Website User",
            "send_welcome_email": 0,
            "new_password": factory.PASSWORD,
            "roles": [{"role": role} for role in roles or ("Customer",)],
            **values,
        }
    )
    user.flags.no_welcome_mail = True
    user.insert()
    return email


def by_portal_user(customer: str, email: str) -> str:
    """A login becomes a portal user of a customer."""
    doc = frappe.get_doc("Customer", customer)
    doc.append("portal_users", {"user": email})
    doc.save()
    return email


def by_contact(customer: str, email: str) -> str:
    """A login becomes that of a contact of a customer; the contact."""
    return factory.make(
        "Contact",
        first_name="Ann",
        user=email,
        links=[{"link_doctype": "Customer", "link_name": customer}],
    ).name


def buyer(customer: str) -> str:
    """A new login of a customer."""
    return by_portal_user(customer, login())


def filed(email: str, **more: object) -> frappe.model.document.Document:
    """A complaint that a login files."""
    with factory.as_user(email):
        answered = portal.file_complaint(frappe.generate_hash(length=32), {**TOLD, **more})
    return frappe.get_doc("Complaint", answered["number"])


def queries(question: Callable[[], object]) -> int:
    """How many queries a question takes."""
    asked, original = [], frappe.db.sql
    frappe.db.sql = lambda *given, **more: (asked.append(given), original(*given, **more))[1]
    try:
        question()
    finally:
        frappe.db.sql = original
    return len(asked)


def look(email: str, name: str) -> dict:
    with factory.as_user(email):
        return portal.look(name)


def page(email: str, path: str) -> str:
    """A page as a login sees it whose session has its token already: 16 stores one in a session of a browser, which no test has."""
    with factory.as_user(email):
        frappe.session.data.csrf_token = frappe.generate_hash()
        return get_response_content(path)
