"""Who is meant by an action of a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import frappe
from frappe import _
from frappe.query_builder.functions import Count

from complaint_qms.constants import rules
from complaint_qms.services.notify.person import Person
from complaint_qms.services.people.absence import superiors_of
from complaint_qms.services.people.role_holders import holders_of
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.sop.recipients import Directory


def people_meant(act: Mapping[str, Any], complaint: str) -> list[Person]:
    """Whom an action is for: who can act, for somebody absent their superior.

    Raises:
        frappe.ValidationError: there is nobody, with the remedy.
    """
    who = act["who"]
    if who == rules.ROLE:
        role = act["role"]
        users = holders_of([role])[role]
        nobody = _("Nobody has the role {0}. Give it to somebody, or choose others in the rule.").format(
            _(role)
        )
    else:
        users, nobody = _named(act, complaint)
    acting = Directory().acting(users)
    found = list(dict.fromkeys(acting[user] for user in users if user in acting))
    if not found:
        frappe.throw(nobody)
    return found


def nobody_meant(act: Mapping[str, Any], complaints: Iterable[str]) -> dict[str, str]:
    """Complaint → why nobody is meant by an action there as things stand, for those where it is so; a fixed number of queries."""
    names, who = list(dict.fromkeys(complaints)), act["who"]
    if who in (rules.USER, rules.ROLE):
        role = act["role"] if who == rules.ROLE else ""
        users = holders_of([role])[role] if who == rules.ROLE else [act["user"]]
        nobody = (
            _("Nobody has the role {0}. Give it to somebody, or choose others in the rule.").format(_(role))
            if who == rules.ROLE
            else _named(act, "")[1]
        )
        return {} if Directory().acting(users) else dict.fromkeys(names, nobody)
    if who == rules.ACCOUNT_MANAGER:
        of = values_of("Complaint", names, "customer")
        meant = values_of("Customer", {customer for customer in of.values() if customer}, "account_manager")
        without = _("The complaint has no customer, and so no account manager.")
        nobody = _("The customer has no account manager who can act. Enter one on the customer.")
    else:
        of = values_of("Complaint", names, "complaint_owner")
        handlers = {handler for handler in of.values() if handler}
        meant = superiors_of(handlers) if who == rules.HANDLER_SUPERIOR else {one: one for one in handlers}
        without = _("The complaint has no handler.")
        nobody = (
            _("The handler has no superior. Enter whom they report to on their Employee record.")
            if who == rules.HANDLER_SUPERIOR
            else _("The handler cannot act and has no superior.")
        )
    acting = Directory().acting(meant.values())
    return {
        name: nobody if of.get(name) else without for name in names if meant.get(of.get(name)) not in acting
    }


def least_busy(people: list[Person]) -> Person:
    """Of several, who has the fewest open tasks."""
    if len(people) == 1:
        return people[0]
    task = frappe.qb.DocType("ToDo")
    query = frappe.qb.from_(task).select(task.allocated_to, Count("*")).groupby(task.allocated_to)
    named = task.allocated_to.isin([person.user for person in people])
    busy = dict(query.where(named & (task.status == "Open")).run())
    return min(people, key=lambda person: (busy.get(person.user, 0), person.user))


def _named(act: Mapping[str, Any], complaint: str) -> tuple[list[str], str]:
    """(users, what to say where none of them can act)"""
    who = act["who"]
    if who == rules.USER:
        return [act["user"]], _(
            "{0} cannot sign in and has no superior. Choose somebody else in the rule."
        ).format(act["user"])
    if who == rules.ACCOUNT_MANAGER:
        customer = frappe.db.get_value("Complaint", complaint, "customer")
        manager = frappe.get_cached_value("Customer", customer, "account_manager") if customer else None
        nobody = (
            _("Customer {0} has no account manager who can act. Enter one on the customer.").format(customer)
            if customer
            else _("The complaint has no customer, and so no account manager.")
        )
        return [manager] if manager else [], nobody
    handler = frappe.db.get_value("Complaint", complaint, "complaint_owner")
    if not handler:
        return [], _("The complaint has no handler.")
    if who == rules.HANDLER:
        return [handler], _("The handler cannot act and has no superior.")
    superior = superiors_of([handler])[handler]
    nobody = _("The handler has no superior. Enter whom they report to on their Employee record.")
    return [superior] if superior else [], nobody
