"""Giving a complaint to somebody else where its form is not open: the very save of the form, with its rules."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, get_fullname

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.services.record.labels import word


def give(name: str, user: str, holder: str) -> dict[str, Any]:
    """Make `user` the handler of a complaint; nobody where it is empty, which is how a first hand-over is taken back.

    Args:
        holder: who has it as the sender saw it; empty for nobody.

    Returns:
        {name, holder (who has it now), before}

    Raises:
        frappe.PermissionError: the session's user may not change it, or not hand it over.
        frappe.ValidationError: somebody else has it by now, it has ended, or `user` may not be named for it.
    """
    doc = frappe.get_doc("Complaint", name)
    doc.check_permission("write")
    now = doc.complaint_owner or ""
    if now != holder:
        who = get_fullname(now) if now else _("nobody", context="Complaint")
        frappe.throw(
            _("{0} is with {1} by now. Nothing was changed: look at it again.").format(
                escape_html(name), escape_html(who)
            )
        )
    if doc.stage in COMPLAINT_ENDED:
        frappe.throw(_("{0} is in {1} by now.").format(escape_html(name), word(doc.stage)))
    if user and not frappe.db.exists("User", user):
        frappe.throw(_("There is no user “{0}”. Choose somebody else.").format(escape_html(user)))
    if now != user:
        doc.complaint_owner = user or None
        doc.save()
    return {"name": doc.name, "holder": doc.complaint_owner or "", "before": now}
