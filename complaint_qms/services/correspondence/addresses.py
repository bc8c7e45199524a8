"""Where the customer of a complaint is written to."""

from collections.abc import Iterable
from typing import Final

import frappe
from frappe.model.document import Document
from frappe.query_builder import Order
from frappe.utils import parse_addr, split_emails

from complaint_qms.constants.correspondence import AUTOMATIC_FIELD
from complaint_qms.integrations.erpnext.kept_contacts import is_kept_by_staff

# With the name, as mail servers take them. The framework and Python read longer ones in time by the square of the length.
LONGEST_ADDRESS: Final = 500
_MOST = 20


def addresses_of(complaint: Document) -> list[str]:
    """Mail addresses of the complainant, the likeliest first: as given on the complaint, of its contact, of who wrote about
    it, of the customer's contacts. Three queries at most."""
    found = [complaint.contact_email, *_of_contacts(complaint), *_who_wrote(complaint)]
    if complaint.customer:
        found.append(frappe.db.get_value("Customer", complaint.customer, "email_id"))
    return list(dict.fromkeys(filter(None, map(bare, found))))[:_MOST]


def addresses_of_complainant(complaint: Document) -> set[str]:
    """Those of the person who complained alone: as given on the complaint, and of its contact."""
    return addresses_of_complainants([complaint])[complaint.name]


def addresses_of_complainants(complaints: Iterable[Document | frappe._dict]) -> dict[str, set[str]]:
    """The same of several complaints, of which `contact_email` and `contact_person` are known; one query."""
    asked = list(complaints)
    contacts = sorted({complaint.contact_person for complaint in asked if complaint.contact_person})
    of_contact: dict[str, list[str]] = {}
    if contacts:
        email, contact = frappe.qb.DocType("Contact Email"), frappe.qb.DocType("Contact")
        query = frappe.qb.from_(email).inner_join(contact).on(contact.name == email.parent)
        query = query.select(contact.name, email.email_id).where(contact.name.isin(contacts))
        for name, address in query.where(is_kept_by_staff(contact)).orderby(email.idx).run():
            of_contact.setdefault(name, []).append(address)
    return {
        complaint.name: set(
            filter(None, map(bare, [complaint.contact_email, *of_contact.get(complaint.contact_person, ())]))
        )
        for complaint in asked
    }


def is_to_customer(complaint: Document, recipients: Iterable[str]) -> bool:
    """Whether one of `recipients` is the customer: an address that is known, or where none is, anybody outside."""
    written = {bare(address) for text in recipients for address in split_emails(text or "")} - {""}
    known = set(addresses_of(complaint))
    if known & written:
        return True
    return not known and bool(written - _colleagues(written))


def bare(address: str | None) -> str:
    """The address alone, in small letters; empty where there is none, or what no mail can go to."""
    if not address or len(address) > LONGEST_ADDRESS:
        return ""
    found = parse_addr(address)[1] or ""
    return found.lower() if "@" in found else ""


def _of_contacts(complaint: Document) -> list[str]:
    """Addresses of the contact, then of the customer's other contacts, main addresses first."""
    if not (complaint.contact_person or complaint.customer):
        return []
    email, link = frappe.qb.DocType("Contact Email"), frappe.qb.DocType("Dynamic Link")
    contact = frappe.qb.DocType("Contact")
    rows = (
        frappe.qb.from_(email)
        .inner_join(contact)
        .on((contact.name == email.parent) & is_kept_by_staff(contact))
        .left_join(link)
        .on(
            (link.parent == email.parent) & (link.parenttype == "Contact") & (link.link_doctype == "Customer")
        )
        .select(email.parent, email.email_id)
        .where(
            (email.parent == (complaint.contact_person or ""))
            | (link.link_name == (complaint.customer or ""))
        )
        .orderby(email.is_primary, order=Order.desc)
        .orderby(email.parent)
        .orderby(email.idx)
        .limit(5 * _MOST)
        .run(as_dict=True)
    )
    return [row.email_id for row in sorted(rows, key=lambda row: row.parent != complaint.contact_person)]


def _who_wrote(complaint: Document) -> list[str]:
    if complaint.is_new():
        return []
    about = {
        "reference_doctype": complaint.doctype,
        "reference_name": complaint.name,
        "sent_or_received": "Received",
        AUTOMATIC_FIELD: ("is", "not set"),
    }
    return frappe.get_all("Communication", about, pluck="sender", order_by="creation desc", limit=_MOST)


def _colleagues(addresses: set[str]) -> set[str]:
    users = frappe.get_all(
        "User",
        {"email": ("in", sorted(addresses)), "user_type": "System User"},
        pluck="email",
        order_by="name asc",
    )
    return {user.lower() for user in users}
