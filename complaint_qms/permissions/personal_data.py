"""Who reads which class of personal data: permission levels of the framework, asked where it does not ask by itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _

from complaint_qms.constants.personal_data import FIELDS, LEVELS, MADE_OF, TALK_IS


def sees(classes: Iterable[str], user: str | None = None) -> bool:
    """Whether the user reads all these classes of complaints."""
    user = user or frappe.session.user
    if user == "Administrator":
        return True
    levels = frappe.get_meta("Complaint").get_permlevel_access("read", user=user)
    return all(LEVELS[one] in levels for one in classes)


def check_sees(classes: Iterable[str]) -> None:
    """For what cannot be told without them.

    Raises:
        frappe.PermissionError: the session's user does not read one of them.
    """
    if said := why_not_seen(classes):
        frappe.throw(said, frappe.PermissionError)


def why_not_seen(classes: Iterable[str]) -> str:
    """Whom the session's user has to ask, as a sentence; empty where they read all of them."""
    if sees(classes):
        return ""
    return _(
        "Personal data of complaints is hidden from your roles, and this cannot be shown without it. Ask an administrator for a role that may read it (Complaint QMS Settings, Who Reads Personal Data)."
    )


def hidden_fields(doctype: str, user: str | None = None) -> frozenset[str]:
    """Fields of a DocType above the permission levels of the user."""
    user = user or frappe.session.user
    if user == "Administrator":
        return frozenset()
    meta = frappe.get_meta(doctype)
    high = meta.get_high_permlevel_fields()
    if not high:
        return frozenset()
    levels = meta.get_permlevel_access("read", user=user)
    return frozenset(field.fieldname for field in high if field.permlevel not in levels)


def is_closed(doctype: str, user: str) -> bool:
    """Whether records of a kind are made of what the user does not read."""
    return doctype in MADE_OF and not sees(MADE_OF[doctype], user)


def hides_talk(doctype: str | None, user: str) -> bool:
    """Whether mails about records of a kind are not for the user."""
    return bool(doctype) and not sees(TALK_IS, user)


def kinds_with_hidden(user: str) -> list[str]:
    """DocTypes of which the user does not read all fields with personal data."""
    return [doctype for doctype in FIELDS if hidden_fields(doctype, user)]


def without_hidden(doctype: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values of a record without those that are hidden from the session's user."""
    closed = hidden_fields(doctype)
    return {name: value for name, value in values.items() if name not in closed}


def shown_value(doctype: str, field: str, value: Any) -> Any:
    """A value, or None where it is hidden from the session's user."""
    return None if field in hidden_fields(doctype) else value
