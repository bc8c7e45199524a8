"""Which contacts count: those that the site or its staff have made. The one place that says so, for the portal, for finding out who a
sender is, and for where a customer is written to."""

from __future__ import annotations

from typing import Final

import frappe
from frappe.query_builder import Criterion
from pypika.queries import Table

# Whose contacts are the site's own beside those of its staff: made at installation, or as somebody signs up.
_OF_THE_SITE: Final = ("Administrator", "Guest")


def is_kept_by_staff(contact: Table) -> Criterion:
    """Condition. Frappe lets everybody who logs in make contacts, with any login, address and customer in them, and change their own
    ones."""
    staff = frappe.qb.DocType("User")
    people = frappe.qb.from_(staff).select(staff.name).where(staff.user_type == "System User")
    return contact.owner.isin(_OF_THE_SITE) | contact.owner.isin(people)
