"""All the work of a person, handed on in one step."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.constants import roles
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.work import handing_on


@frappe.whitelist(methods=["GET", "POST"])
@checked
def work_of(user: str) -> list[dict[str, Any]]:
    """How much of each kind of work somebody has, as far as the caller sees it: {kind, label, count}."""
    _check(user)
    return handing_on.work_of(user)


@frappe.whitelist(methods=["POST"])
@checked
def hand_on(user: str, to: str = "") -> int:
    """Hand on everything of a person by a job; how many pieces.

    Args:
        to: who gets it all; empty: whoever the procedures and the least work point to.
    """
    _check(user)
    if to:
        _check_user(to)
    handing_on.check_hand_on(user, to)
    return handing_on.request_hand_on(user, to)


def _check(user: str) -> None:
    """Raises:
    frappe.PermissionError: the caller is no manager, or may not write the Complaint Handler of the person.
    frappe.DoesNotExistError: there is no such user.
    """
    frappe.has_permission("Complaint", "write", throw=True)
    check_role(_("hand on the work of somebody else"), roles.MANAGER, roles.QUALITY_MANAGER, "System Manager")
    _check_user(user)
    handing_on.check_right(user)


def _check_user(user: str) -> None:
    if not frappe.db.exists("User", user):
        frappe.throw(
            _("There is no user {0}.").format(frappe.bold(escape_html(user))), frappe.DoesNotExistError
        )
