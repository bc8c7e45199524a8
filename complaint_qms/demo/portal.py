"""The customer of the demo who looks into the portal: a login of theirs, and the portal that is open for it."""

from __future__ import annotations

import frappe
from frappe.utils import cint

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.demo import registry
from complaint_qms.demo.tables import CUSTOMERS, PORTAL_CUSTOMER
from complaint_qms.integrations.erpnext.portal_users import ROLE

_SWITCH = "portal_enabled"


def make_login(password: str) -> str:
    """A login of the portal for the customer."""
    person, language = next((row[4], row[5]) for row in CUSTOMERS if row[0] == PORTAL_CUSTOMER)
    first, _space, last = person.rpartition(" ")
    values = {
        "email": f"{first}.{last}@customer.example".lower(),
        "first_name": first,
        "last_name": last,
        "language": language,
        "user_type": "Website User",
        "send_welcome_email": 0,
        "new_password": password,
        "roles": [{"role": ROLE}],
    }
    user = frappe.get_doc({"doctype": "User", **values})
    user.flags.no_welcome_mail = True
    user.insert(ignore_permissions=True)
    customer = frappe.get_doc("Customer", {"customer_name": PORTAL_CUSTOMER})
    customer.append("portal_users", {"user": user.name})
    customer.save(ignore_permissions=True)
    return user.name


def login() -> str:
    """The login, where the demo is on the site; empty where it is not."""
    made = registry.names("User")
    return frappe.db.get_value("User", {"name": ("in", made), "user_type": "Website User"}, "name") or ""


def open_portal() -> None:
    """Switch the portal on; what the switch was before is noted."""
    registry.note_setting(_SWITCH, str(cint(frappe.get_cached_doc(SETTINGS).get(_SWITCH))))
    _switch(1)


def close_again(before: dict[str, str]) -> None:
    """Put the switch back to what it was before the demo."""
    if not cint(before.get(_SWITCH, 1)):
        _switch(0)


def _switch(shown: int) -> None:
    settings = frappe.get_doc(SETTINGS)
    if cint(settings.get(_SWITCH)) != shown:
        settings.set(_SWITCH, shown)
        settings.save(ignore_permissions=True, ignore_version=True)
