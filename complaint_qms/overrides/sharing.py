"""Events around sharing and talk: what a share may give, and that an auditor leaves no trace in a record."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants.about_records import LISTED_APART
from complaint_qms.constants.records import QUALITY_RECORDS
from complaint_qms.permissions import shares
from complaint_qms.permissions.auditor import is_auditor
from complaint_qms.permissions.query import forget_shares
from complaint_qms.services.people.assignees import unable
from complaint_qms.services.people.assignment import is_being_saved


def validate_share(doc: Document, method: str | None = None, share: Document | None = None) -> None:
    """One of our records, when somebody shares it."""
    if share:
        shares.check_share(doc, share)


def share_changed(doc: Document, method: str | None = None) -> None:
    """DocShare, made, changed or deleted: what this request knows of shares is asked anew."""
    forget_shares()


def user_changed(doc: Document, method: str | None = None) -> None:
    """User, on_update: with a role go the rights to change that shares gave beside it."""
    # The framework keeps a copy of the user, by which it tells who works in the desk, until this event is over.
    frappe.clear_document_cache("User", doc.name)
    shares.take_back(user=doc.name)


def restriction_changed(doc: Document, method: str | None = None) -> None:
    """User Permission, made or deleted: a person kept to fewer companies loses what others shared with them before."""
    if doc.allow == "Company":
        shares.take_back(user=doc.user)


def refuse_auditor(doc: Document, method: str | None = None) -> None:
    """Comment, mail, tag or task about one of our records.

    Raises:
        frappe.PermissionError: an auditor writes it.
    """
    kind_field = LISTED_APART[doc.doctype][0]
    if doc.get(kind_field) in QUALITY_RECORDS and is_auditor(frappe.session.user):
        frappe.throw(
            _("An auditor reads and changes nothing. Keep your findings in your own audit report."),
            frappe.PermissionError,
        )


def refuse_idle_helper(doc: Document, method: str | None = None) -> None:
    """A task about one of our records, newly given to somebody who cannot help: an auditor, or who cannot sign in.

    A rule of the site that assigns by itself is not stopped, nor is a task that follows from what somebody else does: it
    would keep everybody from saving.

    Raises:
        frappe.ValidationError: names the person and the remedy.
    """
    kind, name = (doc.get(field) for field in LISTED_APART[doc.doctype])
    before = doc.get_doc_before_save()
    if kind not in QUALITY_RECORDS or not doc.allocated_to or doc.status != "Open":
        return
    # Who may be the handler is asked where the handler is named.
    if doc.flags.of_handler or doc.flags.by_service or (doc.assignment_rule and is_being_saved(kind, name)):
        return
    if before and before.allocated_to == doc.allocated_to:
        return
    if sentence := unable(doc.allocated_to):
        frappe.throw(sentence.format(_("Assigned To"), frappe.bold(escape_html(doc.allocated_to))))


def refuse_stranger(doc: Document, method: str | None = None) -> None:
    """A task about one of our records, which leaves a line in its timeline; what services hand out is theirs to judge.

    Raises:
        frappe.PermissionError: the user may not read the record.
    """
    kind, name = (doc.get(field) for field in LISTED_APART[doc.doctype])
    if kind in QUALITY_RECORDS and name and not doc.flags.ignore_permissions:
        refuse_unread(kind, name)


def refuse_unread(doctype: str, name: str) -> None:
    """Who writes about a record sees it.

    Raises:
        frappe.PermissionError: the session's user may not read the record.
    """
    if not frappe.db.exists(doctype, name) or not frappe.has_permission(doctype, "read", doc=name):
        frappe.throw(
            _("You may not read {0} {1}.").format(_(doctype), escape_html(name)), frappe.PermissionError
        )


def refuse_following(doc: Document, method: str | None = None) -> None:
    """Document Follow: its mails tell every change, so the follower has to see the record.

    Raises:
        frappe.PermissionError: they do not.
    """
    if doc.ref_doctype not in QUALITY_RECORDS:
        return
    if not doc.user or not doc.ref_docname:
        frappe.throw(_("Choose a record, and who follows it."))
    if not frappe.has_permission(doc.ref_doctype, "read", doc=doc.ref_docname, user=doc.user):
        frappe.throw(
            _("{0} may not read {1} {2}.").format(
                escape_html(doc.user), _(doc.ref_doctype), escape_html(doc.ref_docname)
            ),
            frappe.PermissionError,
        )
