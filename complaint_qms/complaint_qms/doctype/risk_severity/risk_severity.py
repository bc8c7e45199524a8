"""Controller of a severity level."""

from frappe.model.document import Document

from complaint_qms.services import risk


class RiskSeverity(Document):
    def on_update(self):
        risk.forget()

    def on_trash(self):
        risk.forget()

    def after_rename(self, *args, **kwargs):
        risk.forget()
