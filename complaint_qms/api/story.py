"""Every change of a record over the wire: the log behind its story."""

from typing import Any

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.constants.story import TOLD_FIELDS
from complaint_qms.services.reporting.access import readable_of
from complaint_qms.services.story.changes import versions_of


@frappe.whitelist(methods=["GET", "POST"])
@checked
def changes(doctype: str, name: str) -> list[dict[str, Any]]:
    """The saved versions of a record with a story, the newest first, as Frappe's timeline draws them: of the fields that
    the caller may read.

    Returns:
        [{name, owner, creation, data}], at most 500. The timeline itself holds no more than ten.
    """
    if doctype not in TOLD_FIELDS:
        frappe.throw(_("{0} has no story to tell.").format(escape_html(_(doctype))))
    doc = frappe.get_doc(doctype, name)
    doc.check_permission("read")
    return versions_of(doc, readable_of(doctype))
