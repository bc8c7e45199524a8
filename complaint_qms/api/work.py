"""“My Work Today” over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked
from complaint_qms.permissions.app import has_app_permission
from complaint_qms.services.work import today


@frappe.whitelist(methods=["GET", "POST"])
@checked
def mine() -> dict[str, Any]:
    """What waits for the caller: {now, rows, more, most}; see services.work.today."""
    if not has_app_permission():
        frappe.throw(_("None of your roles works with complaints."), frappe.PermissionError)
    now = now_datetime()
    return {"now": now, **today.my_work(frappe.session.user, now)}
