"""Users and members of staff."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import frappe
from frappe.model.document import Document

from tests.as_found import forget_user
from tests.desk.factory import copied
from tests.desk.factory.base import company, make, unique

PASSWORD = "Quiet-Harbour-7391"


def user(*roles: str, email: str | None = None) -> str:
    """Email of a desk user with exactly these roles and the password `PASSWORD`; made when absent.

    Without an address it is formed from the roles, so that the same roles are the same person.
    """
    email = (
        email or "-and-".join(frappe.scrub(role).replace("_", "-") for role in sorted(roles)) + "@qms.example"
    )
    wanted = {role for role in roles if role not in ("All", "Guest", "Desk User")}
    held = frappe.get_all("Has Role", {"parenttype": "User", "parent": email}, pluck="role", order_by="idx")
    if held and set(held) == wanted:
        return email
    if frappe.db.exists("User", email):
        person = frappe.get_doc("User", email)
        if {row.role for row in person.roles} != wanted:
            _with_roles(person, wanted)
        return email
    name = email.partition("@")[0]
    words = {"<email>": email, "<first name>": name, "<user name>": frappe.scrub(name)}
    # Words that are the same are one; so the rows differ.
    kind = ("User", frappe.scrub(name) == name, *sorted(wanted))
    copied.build(kind, words, lambda: _new_user(email, wanted))
    forget_user(email)  # the user of another test may have had the same name
    return email


def person(*roles: str, **allowed: str) -> str:
    """Email of a new user with these roles, whom nothing concerns yet; kept to one record of each DocType named."""
    email = user(*roles, email=f"{frappe.generate_hash(length=10)}@qms.example")
    for doctype, name in allowed.items():
        make("User Permission", user=email, allow=doctype, for_value=name, apply_to_all_doctypes=1)
    return email


@contextmanager
def as_user(email: str) -> Iterator[None]:
    """Within this block `email` is the session's user."""
    before = frappe.session.user
    frappe.set_user(email)
    try:
        yield
    finally:
        frappe.set_user(before)


def employee(user_email: str | None = None, reports_to: str | None = None, **values: object) -> Document:
    """A member of staff, tied to a user and to a superior when given."""
    defaults = {
        "first_name": unique("Employee"),
        "company": company(),
        "gender": "Female",
        "date_of_birth": "1990-01-01",
        "date_of_joining": "2020-01-01",
        "status": "Active",
        "user_id": user_email,
        "reports_to": reports_to,
        "create_user_permission": 0,
    }
    return make("Employee", **defaults | values)


def _new_user(email: str, wanted: set[str]) -> None:
    person = frappe.new_doc("User")
    person.update(
        {
            "email": email,
            "first_name": email.partition("@")[0],
            "send_welcome_email": 0,
            "new_password": PASSWORD,
        }
    )
    _with_roles(person, wanted)


def _with_roles(person: Document, wanted: set[str]) -> None:
    person.flags.no_welcome_mail = True
    person.set("roles", [{"role": role} for role in sorted(wanted)])
    person.save(ignore_permissions=True)
