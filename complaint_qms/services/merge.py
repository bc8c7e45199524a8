"""Merging a complaint into the one that carries the case, and separating it again; no word is lost."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_link_to_form


def tell_original(doc: Document) -> None:
    """Write into the original's timeline that `doc` was merged into it or separated from it."""
    before = doc.get_doc_before_save()
    if not before or before.stage == doc.stage:
        return
    link = get_link_to_form("Complaint", doc.name)
    if doc.stage == "duplicate":
        _note(doc.duplicate_of, _("{0} was recognised as a duplicate of this complaint.").format(link))
    elif before.stage == "duplicate" and before.duplicate_of:
        _note(before.duplicate_of, _("{0} is no longer a duplicate of this complaint.").format(link))


def _note(name: str, text: str) -> None:
    frappe.get_doc("Complaint", name).add_comment("Info", text)
