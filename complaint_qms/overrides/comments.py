"""Comments on the app's records carry the name of whoever wrote them."""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.overrides.sharing import refuse_unread

MODULE = "Complaint QMS"
_BY_PEOPLE = ("Comment", "Like")


def before_insert(doc: Document, method: str | None = None) -> None:
    """The framework takes the author of a comment from the request; on a quality record it is the session's user."""
    doctype = doc.get("reference_doctype")
    # The framework's pages and its heart write into the timeline of whatever they are told, and ask no right.
    if doctype in QUALITY_RECORDS and doc.comment_type in _BY_PEOPLE:
        refuse_unread(doctype, doc.reference_name)
    if not doctype or not frappe.db.exists("DocType", doctype, cache=True):
        return
    if frappe.get_meta(doctype).module == MODULE:
        doc.comment_email = frappe.session.user
        doc.comment_by = get_fullname(frappe.session.user)
