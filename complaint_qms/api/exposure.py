"""Deliveries summed up week by week, over the wire: how far that is, stop, go on."""

from typing import Any

import frappe

from complaint_qms.api.arguments import checked
from complaint_qms.services.signals import closing
from complaint_qms.services.signals.kept_weeks import WEEK


@frappe.whitelist(methods=["GET", "POST"])
@checked
def standing() -> dict[str, Any]:
    """How many weeks with deliveries are over, and how many are still to be summed up.

    Returns:
        {weeks, left, running, stopped}
    """
    frappe.has_permission(WEEK, "read", throw=True)
    return closing.weeks_left()


@frappe.whitelist(methods=["POST"])
@checked
def stop() -> dict[str, Any]:
    """Sum up no further weeks; reports count the others from the documents. For Quality Managers and System Managers.

    Returns: as `standing`.
    """
    frappe.only_for(closing.MANAGERS)
    closing.stop()
    return closing.weeks_left()


@frappe.whitelist(methods=["POST"])
@checked
def go_on() -> dict[str, Any]:
    """Have a job sum up what is left. For Quality Managers and System Managers.

    Returns: as `standing`.
    """
    frappe.only_for(closing.MANAGERS)
    closing.go_on()
    return closing.weeks_left()
