"""Who has sent a message, as far as the site knows them."""

from __future__ import annotations

import frappe
from frappe.utils import validate_email_address

from complaint_qms.constants.inbox import CHAT
from complaint_qms.engine import phone_number
from complaint_qms.services.acting_as import acting_as
from complaint_qms.services.intake import matching
from complaint_qms.services.record.error_text import way_of


def fields_of_address(address: str) -> dict[str, str]:
    """A mail address or telephone number as the field of Complaint that it is."""
    if validate_email_address(address):
        return {"contact_email": address}
    return {"contact_phone": phone_number.storable(address)} if phone_number.is_number(address) else {}


def party_of(address: str, name: str = "", company: str | None = None, road: str = "") -> dict[str, str]:
    """Whom a mail address, telephone number or account of a chat belongs to, as of `matching.sure_party`; nobody where a person has
    to choose."""
    if not (address and frappe.has_permission("Complaint", "create")):
        return {}
    known = fields_of_address(address)
    details = matching.ContactDetails(
        phone=known.get("contact_phone"),
        email=known.get("contact_email"),
        name=name,
        chat_id=address if road == CHAT else None,
    )
    return matching.sure_party(details, company)


def customer_of(address: str, name: str, company: str | None, road: str) -> str | None:
    """The customer that a sender can only be, whoever's request has brought the message: by it user permissions keep the message from
    those who may not see that customer."""
    if not address:
        return None
    try:
        with acting_as():
            return party_of(address, name, company, road).get("customer")
    except Exception as error:
        if isinstance(error, frappe.QueryDeadlockError | frappe.QueryTimeoutError):
            raise
        # What comes in is kept whatever stands in it.
        frappe.log_error(title="Sender of a message not looked up", message=way_of(error))
        return None
