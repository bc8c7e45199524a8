"""Every change of a record over the wire: the log behind its story."""

from typing import Any

import frappe
from frappe import _

from complaint_qms.api.arguments import checked
from complaint_qms.constants.story import MOST_CHANGES, TOLD_FIELDS


@frappe.whitelist(methods=["GET", "POST"])
@checked
def changes(doctype: str, name: str) -> list[dict[str, Any]]:
    """The saved versions of a record with a story that the caller may read, the newest first, as Frappe's timeline draws them.

    Returns:
        [{name, owner, creation, data}], at most 500. The timeline itself holds no more than ten.
    """
    if doctype not in TOLD_FIELDS:
        frappe.throw(_("{0} has no story to tell.").format(_(doctype)))
    frappe.get_doc(doctype, name).check_permission("read")
    return frappe.get_all(
        "Version",
        filters={"ref_doctype": doctype, "docname": name},
        fields=["name", "owner", "creation", "data"],
        order_by="creation desc",
        limit=MOST_CHANGES,
    )
