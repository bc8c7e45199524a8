"""Whether the portal is open, and for whom a login speaks."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.permissions.portal import Party, party_of
from complaint_qms.services.record.in_use import usable

_CHANNEL: Final = "Customer Portal"


def is_portal_open() -> bool:
    return bool(frappe.get_cached_doc(SETTINGS).portal_enabled)


def enter() -> Party:
    """For whom the session's user speaks.

    Raises:
        frappe.PermissionError: the portal is closed, or they are no customer.
    """
    if why := why_not(party := _party()):
        frappe.throw(why, frappe.PermissionError)
    return party


def look_in() -> tuple[Party, str]:
    """The same for a page, which says why there is nothing to see: (party, sentence or nothing)."""
    party = _party()
    return party, why_not(party)


def why_not(party: Party) -> str:
    """Why a login sees nothing; empty where it does."""
    if not is_portal_open():
        return _("The customer portal is closed at the moment.")
    if party.user == "Guest":
        return _("Log in to see your complaints.")
    if not party.customers:
        return _("Your login does not belong to a customer yet. Ask us to connect it.")
    return ""


def channel() -> str | None:
    """“Customer Portal”, and none where the site has put that out of use."""
    return usable("Complaint Channel", _CHANNEL)


def _party() -> Party:
    return party_of(frappe.session.user) if is_portal_open() else Party(frappe.session.user)
