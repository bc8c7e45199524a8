"""Loading the demo company and taking it back, from the desk."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.services.onboarding import demo_state


@frappe.whitelist(methods=["POST"])
@checked
def load() -> dict[str, Any]:
    """Load the demo in the background; how it stands. For System Managers, on a site without work of its own."""
    _check_permission()
    demo_state.start("load")
    return demo_state.demo_now(started=True)


@frappe.whitelist(methods=["POST"])
@checked
def remove() -> dict[str, Any]:
    """Take the demo back in the background; how it stands."""
    _check_permission()
    demo_state.start("remove")
    return demo_state.demo_now(started=True)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def progress() -> dict[str, Any]:
    """Whether the demo is on the site, and what a job on it is doing."""
    _check_permission()
    return demo_state.demo_now()


def _check_permission() -> None:
    if "System Manager" not in frappe.get_roles():
        frappe.throw(_("The demo is loaded and removed by a System Manager."), frappe.PermissionError)
