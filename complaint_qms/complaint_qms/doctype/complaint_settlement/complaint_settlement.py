"""Complaint Settlement: says when, complaint_qms.services.settlement says what."""

import frappe
from frappe import _
from frappe.utils import escape_html

from complaint_qms.constants.settlement import DOCUMENT_TYPES, REJECTED
from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle.settlement_state import refresh_complaint
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.settlement import drafting, rejection, submit_checks, submit_lock
from complaint_qms.services.settlement.documents import tell
from complaint_qms.services.settlement.return_notice import goods_and_money


class ComplaintSettlement(Checked):
    @property
    def goods_and_money(self) -> str:
        """Virtual field: told in the reader's language, before anything is drafted."""
        return goods_and_money(self)

    def validate(self):
        submit_checks.check_settlement(self)

    def after_insert(self):
        tell(self, "proposed")

    def on_update(self):
        before = self.get_doc_before_save()
        if before and before.complaint != self.complaint:
            refresh_complaint(before.complaint)
            refresh_complaint(self.complaint)
        elif before and before.status != self.status and self.docstatus.is_draft():
            tell(self, "rejected" if self.status == REJECTED else "proposed")
        rejection.announce_status(self)

    def before_submit(self):
        submit_checks.check_right(self)

    def on_submit(self):
        drafting.draft_documents(self)
        tell(self, "submitted")
        self.status = frappe.db.get_value(self.doctype, self.name, "status")

    def before_update_after_submit(self):
        # It follows the documents past the form, which may have been opened before.
        self.status = frappe.db.get_value(self.doctype, self.name, "status")

    def on_update_after_submit(self):
        refresh_complaint(self.complaint)

    def before_cancel(self):
        submit_checks.keep_as_submitted(self)
        drafting.take_back(self)

    def on_cancel(self):
        # Cancelled documents of this settlement keep their link to it.
        self.ignore_linked_doctypes = DOCUMENT_TYPES
        tell(self, "cancelled")
        self.status = frappe.db.get_value(self.doctype, self.name, "status")

    def on_trash(self):
        if self.docstatus.is_draft():
            return
        told = (
            gate_code("G7") + _("{0} was submitted and stays on file, cancelled as it is.")
            if self.docstatus.is_cancelled()
            else gate_code("G7") + _("{0} was submitted and stays on file. Cancel it instead of deleting it.")
        )
        frappe.throw(told.format(escape_html(self.name)))

    def after_delete(self):
        tell(self, "deleted")

    def save(self, *args, **kwargs):
        # Submitting and cancelling come through here on every road: desk, REST, import, job.
        if self.docstatus.is_draft():
            return super().save(*args, **kwargs)
        return submit_lock.finish(self, lambda: super(ComplaintSettlement, self).save(*args, **kwargs))

    def _validate_links(self):
        # The list of documents is the server's own record, and deleted drafts stay in it. An amended settlement
        # brings the list of the cancelled one along; it gets its own when it is submitted.
        kept, self.documents = self.documents, []
        super()._validate_links()
        self.documents = [] if self.is_new() else kept
