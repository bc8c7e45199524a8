"""A visitor of the public page: what they send, and the link that they are given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe

from complaint_qms.api import visitor

DOOR = "/api/method/complaint_qms.api.visitor."
KEY = "k" * 32
TOLD = {
    "description": "The lid cracked. It leaks since Monday.",
    "name": "Ann Lee",
    "email": "ann@customer.example",
}


def key() -> str:
    return frappe.generate_hash(length=32)


def filed(**more) -> tuple[dict, frappe.model.document.Document]:
    """What the page answers, and the complaint that was made."""
    answered = guest(lambda: visitor.file_complaint(key(), {**TOLD, **more}))
    return answered, frappe.get_doc("Complaint", answered["number"])


def guest(door):
    frappe.set_user("Guest")
    try:
        return door()
    finally:
        frappe.set_user("Administrator")


def token(answered: dict) -> str:
    return answered["link"].partition("#")[2]


def look(answered: dict) -> dict:
    return guest(lambda: visitor.look(token(answered)))


@contextmanager
def page_open() -> Iterator[None]:
    """The page is open, and nobody has knocked yet."""
    frappe.cache.delete_keys("rl:")
    settings = frappe.get_doc("Complaint QMS Settings")
    settings.update({"page_enabled": 1, "page_proof_of_work": 0, "page_most_files": 3})
    settings.save()
    yield
    frappe.cache.delete_keys("rl:")
