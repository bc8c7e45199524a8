"""Link fields that name people."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.constants.contributing import ANSWERABLE_FIELD
from complaint_qms.services.people.assignees import assignable as assignable_users
from complaint_qms.services.record.language import comma_list


@frappe.whitelist()
@checked
@frappe.validate_and_sanitize_search_inputs
def assignable(
    doctype: str, txt: str, searchfield: str, start: int, page_len: int, filters: Any = None
) -> list[tuple[str, str]]:
    """Search of a link field: users who may be named for a record of `filters["for"]`, such as Complaint."""
    wanted = (filters or {}).get("for") if isinstance(filters, dict | None) else None
    if not isinstance(wanted, str) or wanted not in ANSWERABLE_FIELD:
        frappe.throw(
            _("Say for which kind of record somebody is wanted: {0}.").format(comma_list(ANSWERABLE_FIELD))
        )
    frappe.has_permission(wanted, "read", throw=True)
    return assignable_users(wanted, txt, max(int(start), 0), min(max(int(page_len), 1), 100))
