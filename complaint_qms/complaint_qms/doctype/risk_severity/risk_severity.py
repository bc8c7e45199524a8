"""Controller of a severity level."""

from frappe import _
from frappe.model.document import Document

from complaint_qms.services import risk


class RiskSeverity(Document):
    def validate(self):
        risk.check_color(self.color, _(self.meta.get_label("color")))

    def on_update(self):
        risk.forget()

    def on_trash(self):
        risk.forget()

    def after_rename(self, *args, **kwargs):
        risk.forget()
