"""A complaint that has ended loses what settled it: somebody is told, for nobody looks at a closed complaint."""

from __future__ import annotations

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import escape_html, nowdate

from complaint_qms.constants.roles import MANAGER
from complaint_qms.services.people.role_holders import companies_of, holders_of


def ask_to_look(complaint: Document, what: Callable[[], str]) -> list[str]:
    """Give the handler of an ended complaint a task, or the managers where it has none; with a notice.

    Args:
        complaint: the Complaint, which has ended.
        what: says what was lost in the present language, as HTML.

    Returns:
        Full names of those who were told.
    """
    people = _handler(complaint) or _managers(complaint.company)
    for person in people:
        with print_language(person.language or frappe.local.lang):
            text = _(
                "{0}, although complaint {1} has ended. Reopen it and settle it anew, or write in the settlement why "
                "nothing more is owed."
            ).format(what(), escape_html(complaint.name))
        _give_task(complaint, person.name, text)
    return [person.full_name or person.name for person in people]


def _give_task(complaint: Document, user: str, text: str) -> None:
    frappe.get_doc(
        {
            "doctype": "ToDo",
            "allocated_to": user,
            "reference_type": "Complaint",
            "reference_name": complaint.name,
            "date": nowdate(),
            "description": text,
            "assigned_by": frappe.session.user,
        }
    ).insert(ignore_permissions=True)
    if user != frappe.session.user:
        frappe.get_doc(
            {
                "doctype": "Notification Log",
                "type": "Alert",
                "for_user": user,
                "from_user": frappe.session.user,
                "document_type": "Complaint",
                "document_name": complaint.name,
                "subject": f"<b>{escape_html(complaint.name)}</b> {escape_html(complaint.subject or '')}: {text}",
            }
        ).insert(ignore_permissions=True)


def _handler(complaint: Document) -> list[frappe._dict]:
    if not complaint.complaint_owner:
        return []
    found = frappe.db.get_value(
        "User",
        {"name": complaint.complaint_owner, "enabled": 1},
        ["name", "full_name", "language"],
        as_dict=True,
    )
    return [found] if found else []


def _managers(company: str) -> list[frappe._dict]:
    """Complaint managers who may see records of this company."""
    managers = holders_of([MANAGER])[MANAGER]
    limited = companies_of(managers)
    return frappe.get_all(
        "User",
        filters={"name": ("in", [user for user in managers if company in limited.get(user, {company})])},
        fields=["name", "full_name", "language"],
        order_by="name asc",
    )
