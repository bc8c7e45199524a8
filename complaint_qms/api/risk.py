"""Link fields that name a severity or an occurrence."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked, read_by_the_framework
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.risk import levels


@frappe.whitelist()
@checked
@frappe.validate_and_sanitize_search_inputs
def offered(
    doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: Any = None
) -> list[tuple[str, str]]:
    """Search of a link field: levels by weight, each with its definition."""
    if doctype not in levels.LEVELS:
        frappe.throw(_("Say which levels are wanted: {0}.").format(comma_list(levels.LEVELS)))
    frappe.has_permission(doctype, "read", throw=True)
    with read_by_the_framework("filters"):
        return levels.offered(doctype, txt, filters, max(int(start), 0), min(max(int(page_len), 1), 100))
