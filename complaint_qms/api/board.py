"""The team board, and due moments of lists, over the wire."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html, now_datetime

from complaint_qms.api.arguments import checked
from complaint_qms.services.record.input_validation import read_names
from complaint_qms.services.work.board import DUE_OF


@frappe.whitelist(methods=["GET", "POST"])
@checked
def times(names: Any = None, doctype: str = "Complaint") -> dict[str, dict[str, Any]]:
    """How the clock stands that runs out first, of each complaint named that the caller may read; of CAPAs and settlements what is
    due next.

    Args:
        names: of complaints, as a list or as its JSON text.
        doctype: Complaint, CAPA or Complaint Settlement.

    Returns:
        {name: {due, status}}; see services.board.
    """
    if doctype not in DUE_OF:
        frappe.throw(_("{0} has no due dates to show.").format(escape_html(_(doctype))))
    frappe.has_permission(doctype, "read", throw=True)
    wanted = read_names(names, _("Send the names of the records as a list in “names”."))
    return DUE_OF[doctype](wanted, now_datetime())
