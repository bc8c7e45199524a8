"""Events of mails and comments: what came with one about a quality record stays with that record when it moves on."""

import frappe
from frappe import _
from frappe.email import relink as relink_mail
from frappe.model.document import Document

from complaint_qms.api.arguments import checked
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.services.correspondence import counting, first_response, receiving, return_address
from complaint_qms.services.evidence import relinked_mails
from complaint_qms.services.record.scalars import is_storable, shown


def after_insert(doc: Document, method: str | None = None) -> None:
    """Communication: one that went to a customer counts on the complaint, whoever's composer it came from; one that came in is
    told to who handles it."""
    return_address.direct(doc)
    counting.hear(doc)
    receiving.hear(doc)


def before_insert(doc: Document, method: str | None = None) -> None:
    receiving.mark(doc)
    return_address.prepare(doc)


def before_save(doc: Document, method: str | None = None) -> None:
    first_response.keep_proof(doc)


def on_update(doc: Document, method: str | None = None) -> None:
    before = doc.get_doc_before_save()
    was = (before.reference_doctype, before.reference_name) if before else None
    relinked_mails.moved(doc, was, (doc.reference_doctype, doc.reference_name))


@frappe.whitelist(methods=["POST"])
@checked
def relink(name: str, reference_doctype: str | None = None, reference_name: str | None = None) -> None:
    """The desk's “Relink” of a mail, which the framework does past the document and asks nobody about.

    Raises:
        frappe.PermissionError: the mail, or the record it belongs or is to belong to, is not open to the user, or is not
            there at all: which of the two, the answer does not tell.
    """
    mail = frappe.get_doc("Communication", name) if _is_there("Communication", name) else None
    was = (mail.reference_doctype, mail.reference_name) if mail else (None, None)
    now = (reference_doctype, reference_name) if reference_doctype else (None, None)
    # Who may see a mail is a question of the record it belongs to.
    if not mail or not _is_open(*(was if _is_there(*was) else ("Communication", name))):
        _refuse("Communication", name)
    if now[0] and not _is_open(*now):
        _refuse(*now)
    relink_mail(name, *now)
    first_response.relinked(name, was, now)
    relinked_mails.moved(mail, was, now)


def _is_open(doctype: str, name: str | None) -> bool:
    """A quality record is open to who may change it, another one to who may read it."""
    right = "write" if doctype in QUALITY_RECORDS else "read"
    return _is_there(doctype, name) and bool(frappe.has_permission(doctype, right, doc=name))


def _refuse(doctype: str, name: str | None) -> None:
    frappe.throw(
        _("{0} “{1}” is not there, or not open to you.").format(shown(_(doctype)), shown(name or "")),
        frappe.PermissionError,
    )


def _is_there(doctype: str | None, name: str | None) -> bool:
    if not doctype or not name or not is_storable(doctype) or not is_storable(name):
        return False
    if not frappe.db.exists("DocType", doctype) or frappe.get_meta(doctype).is_virtual:
        return False
    return bool(frappe.db.exists(doctype, name))
