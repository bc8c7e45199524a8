"""Events of File: evidence is neither deleted nor changed, and no address leads out of the files.

No hook says no to a deletion: of one that is not permitted the framework tells nothing but the name of the File. It is
refused as the first thing of the deletion itself, with the reason.
"""

from urllib.parse import unquote

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.permissions.answer import unless
from complaint_qms.services.evidence import kept_files, protection


def may_use(doc: Document, ptype: str | None = None, user: str | None = None) -> bool | None:
    """File, has_permission. Facts around a unit are opened by who may read what they were read from. Of a new one: the framework reads what a new file's address leads to, and keeps a copy of it, before it looks
    whether that lies among the files of the site; the question whether one may create it comes earlier."""
    if not isinstance(doc, Document):
        return unless(None)
    if ptype != "create":
        return unless(kept_files.is_closed_to(doc, user or frappe.session.user))
    protection.check_texts(doc)
    steps = unquote(unquote(doc.get("file_url") or "")).replace("\\", "/").split("/")
    if ".." in steps:
        frappe.msgprint(_("File URL: the address leads out of the folder of files. Upload the file instead."))
    return unless(".." in steps)


def before_validate(doc: Document, method: str | None = None) -> None:
    protection.stamp_file(doc)


def on_trash(doc: Document, method: str | None = None) -> None:
    """Once more, for a site where another app's class of File stands in front of ours."""
    protection.refuse_removal(doc)
