"""Controller of the root cause."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import now_datetime

from complaint_qms.constants.fields import ROOT_CAUSE_STAMPS
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.services import defaults, lifecycle
from complaint_qms.services.facts import facts_of


class RootCause(Document):
    def before_validate(self):
        lifecycle.protect(self, ROOT_CAUSE_STAMPS)
        if self.is_new():
            self.status = "draft"
            self.analyst = self.analyst or frappe.session.user
            defaults.from_investigation(self)

    def validate(self):
        before = self.get_doc_before_save()
        if not before:
            return
        if before.status != self.status:
            self._judge(before.status)
        elif before.status == "verified" and lifecycle.changed_fields(self, before):
            frappe.throw(
                _(
                    "G7: {0} is verified; its content cannot change any more. Reject it, or add another root cause."
                ).format(self.name),
                lifecycle.GateError,
            )

    def on_trash(self):
        lifecycle.refuse_deletion(self)

    def _judge(self, origin: str) -> None:
        if self.status != "draft":
            defaults.check_role(_("judge a root cause"), *defaults.REVIEWERS)
        found = root_cause_missing(facts_of(self), self.status)
        if found:
            lifecycle.refuse(self, found)
        judged = self.status == "verified"
        self.verified_by = frappe.session.user if judged else None
        self.verified_at = now_datetime() if judged else None
