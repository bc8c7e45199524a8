"""The first hour of a site: what is set, what is not."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.services.onboarding import progress
from complaint_qms.services.onboarding.checks import CHECKS


@frappe.whitelist(methods=["GET", "POST"])
@checked
def steps() -> dict[str, Any] | None:
    """The steps of the onboarding as they stand; None for whom it is not for, or where the site switched it off."""
    return progress.steps_now() if progress.may_set_up() else None


@frappe.whitelist(methods=["POST"])
@checked
def skip(step: str, skipped: bool) -> dict[str, Any] | None:
    """Leave a step aside, or take it up again; the steps as they stand then."""
    if not progress.may_set_up():
        frappe.throw(_("The setup of the app is not yours to change."), frappe.PermissionError)
    if step not in CHECKS:
        frappe.throw(_("There is no step {0}.").format(frappe.bold(frappe.utils.escape_html(step))))
    progress.skip_step(step, skipped)
    return progress.steps_now()
