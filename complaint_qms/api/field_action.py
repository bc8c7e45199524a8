"""Field actions over the wire: scope, approval, notices, what staff enters."""

from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.email.email_body import get_formatted_html
from frappe.model.document import Document
from frappe.utils.html_utils import sanitize_html

from complaint_qms.api.arguments import checked, nothing_else, read_parts
from complaint_qms.constants.field_action import CUSTOMER, DOCTYPE, NOTICE
from complaint_qms.services.field_action import classes as class_list
from complaint_qms.services.field_action import (
    customers,
    notice_text,
    notices,
    panel,
    scope,
    tracking,
    ways,
)
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.transactions import once_others_are_done


@frappe.whitelist(methods=["GET", "POST"])
@nothing_else
@checked
def customers_of(name: str) -> dict[str, Any]:
    """The customers of a field action with what they were told, said and did, the figures, the changes of the scope and the mass balance."""
    return panel.panel(_action(name, "read"))


@frappe.whitelist(methods=["GET", "POST"])
@nothing_else
@checked
def classes() -> list[str]:
    """Classes of field actions that the site knows."""
    frappe.has_permission(DOCTYPE, "read", throw=True)
    return class_list.choices()


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def compute_scope(name: str) -> dict[str, Any]:
    """Compute the scope anew; what changed is in `changes`."""

    def compute() -> Document:
        action = customers.open_action(name, "write")
        scope.compute(action)
        return action

    return panel.panel(once_others_are_done(compute))


@frappe.whitelist(methods=["GET", "POST"])
@nothing_else
@checked
def preview(name: str, language: str = "", customer: str = "", is_reminder: bool = False) -> dict[str, Any]:
    """What a notice says, as a customer reads it: {subject, page, text, language, customer}, `text` where the site sends text messages. Nothing is
    sent, and the link is an example.

    Args:
        customer: name of a Field Action Customer; one with that language by default.
    """
    action = _action(name, "read")
    if customer:
        reader = frappe.get_doc(CUSTOMER, customer)
        reader.check_permission("read")
        if reader.field_action != name:
            refuse(_("This customer belongs to another field action."))
    else:
        reader = notice_text.example_customer(action, language)
    link = frappe.utils.get_url(notice_text.EXAMPLE_LINK)
    said = notice_text.notice_said(
        action, reader, language or reader.language or "en", link, is_reminder=is_reminder
    )
    page = get_formatted_html(said["subject"], sanitize_html(said["content"]), with_container=True)
    return {
        "subject": said["subject"],
        "page": page,
        "text": f"{notice_text.short_text(action, reader, language or reader.language or 'en', is_reminder=is_reminder)} {link}"
        if ways.sends_texts()
        else "",
        "language": said["language"],
        "customer": reader.customer_name,
    }


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def send_notices(name: str) -> dict[str, Any]:
    """Have every contact told that was not yet: {notices: how many}. Asked twice, nobody is told twice."""
    frappe.has_permission(DOCTYPE, "write", throw=True)
    return {
        "notices": once_others_are_done(lambda: notices.ask_to_send(customers.open_action(name, "write")))
    }


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def send_again(notice: str) -> None:
    """Have a notice sent anew that failed."""
    frappe.has_permission(NOTICE, "read", throw=True)
    once_others_are_done(partial(notices.send_failed_again, notice))


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def log_call(customer: str, reached: bool, contact: str = "", note: str = "") -> None:
    """Note that a customer was phoned.

    Args:
        customer: name of a Field Action Customer.
        reached: told, and acknowledged by that.
    """
    frappe.has_permission(CUSTOMER, "read", throw=True)
    once_others_are_done(partial(tracking.log_call, customer, bool(reached), contact, note))


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def record_quantities(customer: str, quantities: Any, note: str = "") -> None:
    """Note what became of the product at a customer.

    Args:
        quantities: [{row, still_held, to_return, recovered, destroyed, used}]; `row` counts the items of the customer from 1.
    """
    frappe.has_permission(CUSTOMER, "read", throw=True)
    once_others_are_done(partial(tracking.record_quantities, customer, _rows(quantities), note))


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def add_customer(name: str, customer: str, reason: str, qty: float, item_code: str = "") -> str:
    """Add a customer by hand; the name of its Field Action Customer."""
    frappe.has_permission(DOCTYPE, "write", throw=True)

    def add() -> str:
        return customers.add(customers.open_action(name, "write"), customer, reason, item_code, qty).name

    return once_others_are_done(add)


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def leave_out(customer: str, reason: str) -> None:
    """Leave a customer out, with a reason."""
    frappe.has_permission(DOCTYPE, "write", throw=True)
    once_others_are_done(lambda: customers.leave_out(*customers.open_customer(customer, "write"), reason))


@frappe.whitelist(methods=["POST"])
@nothing_else
@checked
def take_back(customer: str) -> None:
    """Take a customer in again who was left out."""
    frappe.has_permission(DOCTYPE, "write", throw=True)
    once_others_are_done(lambda: customers.take_in_again(*customers.open_customer(customer, "write")))


def _action(name: str, permission: str) -> Document:
    doc = frappe.get_doc(DOCTYPE, name)
    doc.check_permission(permission)
    return doc


def _rows(sent: Any) -> list[dict[str, Any]]:
    rows = read_parts("quantities", sent)
    if not isinstance(rows, list):
        refuse(_("“{0}” has to be a list, or its JSON text.").format("quantities"))
    return rows
