"""Comments on the app's records carry the name of whoever wrote them."""

import frappe
from frappe.model.document import Document
from frappe.utils import get_fullname

MODULE = "Complaint QMS"


def before_insert(doc: Document, method: str | None = None) -> None:
    """The framework takes the author of a comment from the request; on a quality record it is the session's user."""
    doctype = doc.get("reference_doctype")
    if not doctype or not frappe.db.exists("DocType", doctype, cache=True):
        return
    if frappe.get_meta(doctype).module == MODULE:
        doc.comment_email = frappe.session.user
        doc.comment_by = get_fullname(frappe.session.user)
