"""The team board over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import now_datetime

from complaint_qms.api.arguments import checked
from complaint_qms.services.record.input_validation import read_names
from complaint_qms.services.work.board import times_of


@frappe.whitelist(methods=["GET", "POST"])
@checked
def times(names: Any = None) -> dict[str, dict[str, Any]]:
    """How the clock stands that runs out first, of each complaint named that the caller may read.

    Args:
        names: of complaints, as a list or as its JSON text.

    Returns:
        {name: {due, status}}; see services.board.
    """
    frappe.has_permission("Complaint", "read", throw=True)
    wanted = read_names(names, _("Send the names of the complaints as a list in “names”."))
    return times_of(wanted, now_datetime())
