"""Events of Sales Invoice, Delivery Note, Sales Order and Warranty Claim: a settlement's documents tell it of changes."""

from contextlib import AbstractContextManager, nullcontext

from frappe.model.document import Document

from complaint_qms.integrations.erpnext.billing_status import refresh_billing, remember_side, settle_side
from complaint_qms.integrations.erpnext.pos_refunds import check_refund, settle_floats
from complaint_qms.services.record.row_locks import waiting_for
from complaint_qms.services.settlement.documents import document_changed, keep_one_road
from complaint_qms.services.settlement.finance_corrections import keep_reason
from complaint_qms.services.settlement.finance_guards import keep_link, keep_within_billed, keep_within_grant


def before_validate(doc: Document, method: str | None = None) -> None:
    keep_link(doc)
    keep_reason(doc)
    remember_side(doc)
    if doc.get("complaint_settlement"):
        settle_floats(doc)


def before_cancel(doc: Document, method: str | None = None) -> None:
    """Cancelling saves what a request sends as well, and validates nothing."""
    keep_link(doc)


def validate(doc: Document, method: str | None = None) -> None:
    if doc.doctype == "Delivery Note":
        keep_one_road(doc)
    with _locking(doc):
        keep_within_grant(doc)
        if doc.get("complaint_settlement"):
            settle_side(doc)
            check_refund(doc)


def before_submit(doc: Document, method: str | None = None) -> None:
    if doc.doctype == "Sales Invoice":
        with _locking(doc):
            keep_within_billed(doc)


def on_update(doc: Document, method: str | None = None) -> None:
    document_changed(doc)


def on_submit(doc: Document, method: str | None = None) -> None:
    document_changed(doc)
    if doc.get("complaint_settlement"):
        refresh_billing(doc)


def on_cancel(doc: Document, method: str | None = None) -> None:
    """The submitted settlement links to this document in its table, which must not keep it from being cancelled."""
    if doc.get("complaint_settlement"):
        doc.ignore_linked_doctypes = (*(doc.get("ignore_linked_doctypes") or ()), "Complaint Settlement")
        refresh_billing(doc)
    document_changed(doc)


def on_trash(doc: Document, method: str | None = None) -> None:
    document_changed(doc, deleted=True)


def _locking(doc: Document) -> AbstractContextManager[None]:
    """Around what locks the sale behind a return, and what else was returned of it; drafting tries again by itself."""
    if doc.flags.drafted_by_settlement or not doc.get("return_against"):
        return nullcontext()
    return waiting_for(doc.doctype, [doc.return_against])
