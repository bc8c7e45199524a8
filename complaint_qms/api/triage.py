"""The triage table over the wire."""

from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked, read_names, read_parts
from complaint_qms.constants.triage import PAGE
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.transactions import once_others_are_done
from complaint_qms.services.triage import actions, table
from complaint_qms.services.triage.duplicates import duplicates_of
from complaint_qms.services.work.loading import documents_of


@frappe.whitelist(methods=["GET", "POST"])
@checked
def page(start: int = 0) -> dict[str, Any]:
    """Complaints in intake and triage that the caller may see, from the row `start` on: see services.triage.table."""
    frappe.has_permission("Complaint", "read", throw=True)
    return table.page(now_datetime(), start)


@frappe.whitelist(methods=["GET", "POST"])
@checked
def duplicates(names: Any) -> dict[str, dict[str, Any]]:
    """Name → the complaint that it may be told twice with, for those of `names` that have one."""
    frappe.has_permission("Complaint", "read", throw=True)
    wanted = read_names("names", names)
    if len(wanted) > PAGE:
        refuse(_("Send at most {0} rows at once.").format(PAGE))
    return duplicates_of(documents_of("Complaint", sorted(readable("Complaint", wanted))))


@frappe.whitelist(methods=["POST"])
@checked
def save(rows: Any) -> list[dict[str, Any]]:
    """Save what was decided on each row; each is saved or refused by itself: see services.triage.actions.

    Args:
        rows: a list of {name, modified, values, ignored, step}, or its JSON text; step "reject" or "undo".
    """
    frappe.has_permission("Complaint", "write", throw=True)
    entries = actions.check_entries(read_parts("rows", rows))
    return once_others_are_done(partial(actions.save, entries))
