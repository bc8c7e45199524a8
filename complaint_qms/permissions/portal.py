"""What belongs to a login of the customer portal: the complaints, orders, deliveries and invoices of its customers.

The framework's own rights give such a login nothing of the app: no role of the portal may read a complaint, and there is no
`has_website_permission` for it, by which the framework would also print it. Everything goes through functions that ask here.
"""

from __future__ import annotations

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from pypika.queries import Table
from pypika.terms import Criterion

from complaint_qms.integrations.erpnext import portal_users
from complaint_qms.permissions.query import MatchCondition, restrictions


@dataclass(frozen=True)
class Party:
    """For whom a login speaks.

    Attributes:
        customers: in use, and within the login's own user permissions.
        contacts: by whom a complaint without a customer is theirs.
    """

    user: str
    customers: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()

    def owns(self, complaint: frappe._dict | Document) -> bool:
        """Whether a complaint, of which `customer` and `contact_person` are known, is theirs."""
        if complaint.customer:
            return complaint.customer in self.customers
        return bool(complaint.contact_person) and complaint.contact_person in self.contacts


def party_of(user: str) -> Party:
    """For whom a login speaks; nobody where it has not ERPNext's role of customers. Three queries at most."""
    if user in ("Guest", "Administrator") or portal_users.ROLE not in frappe.get_roles(user):
        return Party(user)
    customers = portal_users.customers_in_use(user)
    if customers and (kept_to := restrictions("Customer", user)):
        customers = portal_users.customers_within(customers, MatchCondition(kept_to))
    return Party(user, tuple(customers), tuple(portal_users.contacts_of(user, customers)))


def own(complaint: Table, party: Party) -> Criterion:
    """Condition: complaints of the party, as `Party.owns` says it."""
    found = complaint.customer.isin(party.customers or ("",))
    if not party.contacts:
        return found & (complaint.customer != "")
    alone = complaint.customer.isnull() | (complaint.customer == "")
    return (found & (complaint.customer != "")) | (alone & complaint.contact_person.isin(party.contacts))


def own_complaint(name: str, party: Party) -> str:
    """The name of a complaint of the party, as it is stored.

    Raises:
        frappe.DoesNotExistError: there is none, or it is somebody else's: which of the two, the answer does not tell.
    """
    table = frappe.qb.DocType("Complaint")
    query = frappe.qb.from_(table).select(table.name).where((table.name == name) & own(table, party))
    found = query.limit(1).run(pluck=True)
    if not found:
        frappe.throw(_("This complaint is not there, or not yours."), frappe.DoesNotExistError)
    return found[0]
