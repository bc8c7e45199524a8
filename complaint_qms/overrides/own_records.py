"""Events that all of the app's records share, whatever their controllers do besides."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.audit import RECORDED
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import shares
from complaint_qms.permissions.confidential import resting_on
from complaint_qms.services.compliance import kept_records
from complaint_qms.services.compliance.audit_trail import recording
from complaint_qms.services.evidence.capture import secure_attached, take_in
from complaint_qms.services.people.assignees import check_assignee
from complaint_qms.services.record.attached_files import check_attached
from complaint_qms.services.record.company_scope import check_sources, pass_company_on, stamp_company
from complaint_qms.services.record.printing import prepare
from complaint_qms.services.record.text_cleaning import clean


def before_print(doc: Document, method: str | None = None, settings: object = None) -> None:
    prepare(doc)
    if doc.doctype in QUALITY_RECORDS and not doc.is_new() and not frappe.flags.read_only:
        recording.printed(doc)
        frappe.local.flags.commit = (
            True  # a page that is printed is asked for by a request that stores nothing else
        )


def on_trash(doc: Document, method: str | None = None) -> None:
    kept_records.refuse_kept(doc)


def after_delete(doc: Document, method: str | None = None) -> None:
    kept_records.refuse_kept(doc)
    if doc.doctype in RECORDED:
        recording.deleted(doc)


def before_validate(doc: Document, method: str | None = None) -> None:
    refuse_change_by_share(doc)
    clean(doc)
    check_attached(doc)
    take_in(doc)
    stamp_company(doc)
    check_sources(doc)
    check_assignee(doc)


def before_update_after_submit(doc: Document, method: str | None = None) -> None:
    refuse_change_by_share(doc)
    clean(doc, on_submit_only=True)


def on_update(doc: Document, method: str | None = None) -> None:
    pass_company_on(doc)
    secure_attached(doc)
    before = doc.get_doc_before_save()
    if doc.doctype not in QUALITY_RECORDS or not before:
        return
    if before.get("company") != doc.get("company") or resting_on(doc.doctype, [doc.name]):
        shares.take_back(share_doctype=doc.doctype, share_name=doc.name)


def refuse_change_by_share(doc: Document) -> None:
    """The right to change a record comes with a role; a share made before it was lost changes nothing.

    Raises:
        frappe.PermissionError: no role of the user's may do this.
    """
    if shares.changes_by_share(doc):
        frappe.throw(
            _("A share lets you read {0} {1}. To change it, ask for a role that may.").format(
                _(doc.doctype), escape_html(doc.name)
            ),
            frappe.PermissionError,
        )
