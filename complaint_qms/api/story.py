"""The story of a record over the wire, and the log of every change behind it."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.api.arguments import checked
from complaint_qms.constants.story import TOLD_FIELDS
from complaint_qms.services.reporting.access import readable_of
from complaint_qms.services.story.changes import versions_of
from complaint_qms.services.story.form import contents


@frappe.whitelist(methods=["GET", "POST"])
@checked
def sentences(doctype: str, name: str) -> list[dict[str, Any]]:
    """What happened to a record with a story, oldest first, as far as the caller may read it.

    Returns:
        [{icon, creation, content}], content as HTML: entries of Frappe's `additional_timeline_content`.
    """
    return contents(_with_story(doctype, name))


@frappe.whitelist(methods=["GET", "POST"])
@checked
def changes(doctype: str, name: str) -> list[dict[str, Any]]:
    """The saved versions of a record with a story, the newest first, as Frappe's timeline draws them: of the fields that
    the caller may read.

    Returns:
        [{name, owner, creation, data}], at most 500. The timeline itself holds no more than ten.
    """
    return versions_of(_with_story(doctype, name), readable_of(doctype))


def _with_story(doctype: str, name: str) -> Document:
    if doctype not in TOLD_FIELDS:
        frappe.throw(_("{0} has no story to tell.").format(escape_html(_(doctype))))
    doc = frappe.get_doc(doctype, name)
    doc.check_permission("read")
    return doc
