"""Events of mails and comments: what came with one about a quality record stays with that record when it moves on."""

import frappe
from frappe.email import relink as relink_mail
from frappe.model.document import Document

from complaint_qms.api.arguments import check_doctype, checked
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.services.evidence import relinked_mails


def on_update(doc: Document, method: str | None = None) -> None:
    before = doc.get_doc_before_save()
    was = (before.reference_doctype, before.reference_name) if before else None
    relinked_mails.moved(doc, was, (doc.reference_doctype, doc.reference_name))


@frappe.whitelist()
@checked
def relink(name: str, reference_doctype: str | None = None, reference_name: str | None = None) -> None:
    """The desk's “Relink” of a mail, which the framework does past the document and asks nobody about."""
    mail = frappe.get_doc("Communication", name)
    if reference_doctype:
        check_doctype(reference_doctype)
        frappe.get_doc(reference_doctype, reference_name)  # says so where there is none
    else:
        reference_name = None
    was, now = (mail.reference_doctype, mail.reference_name), (reference_doctype, reference_name)
    for record in (was, now):
        if record[0] in QUALITY_RECORDS and record[1]:
            frappe.has_permission(record[0], "write", doc=record[1], throw=True)
    relink_mail(name, reference_doctype, reference_name)
    relinked_mails.moved(mail, was, now)
