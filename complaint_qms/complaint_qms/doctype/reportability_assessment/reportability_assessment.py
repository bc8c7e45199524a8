"""Controller of the reportability assessment (G3)."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.events import ASSESSMENT_OPENED
from complaint_qms.constants.signals import SIGNAL
from complaint_qms.controllers.record import Checked
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.reportability import deadline, questionnaire, reminders
from complaint_qms.services.reportability.of_signals import known_of_signal
from complaint_qms.services.signatures import given, required, signing

_STAMPS = ("decided_by", "decided_at", "reminded")


class ReportabilityAssessment(Checked):
    def before_validate(self):
        guard.protect(self, _STAMPS)
        if not self.awareness_date and self.complaint:
            self.awareness_date = frappe.db.get_value("Complaint", self.complaint, "awareness_date")
        if not self.awareness_date and self.signal:
            self.awareness_date = known_of_signal(self.signal)
        questionnaire.take_rule_set(self)

    def validate(self):
        self._check_subject()
        deadline.check_dates(self)
        questionnaire.take_answers(self)
        before = self.get_doc_before_save()
        if before:
            self._keep_basis(before)
        deadline.check_awareness(self)
        deadline.set_deadline(self)
        if before and getdate(self.deadline) != getdate(before.deadline):
            self.reminded = 0
        elif self.is_new():
            self.reminded = reminders.told_by_opening(getdate(self.deadline))
        if (
            before
            and before.status != "open"
            and guard.changed_fields(self, before)
            and self.status != "open"
        ):
            frappe.throw(
                gate_code("G3")
                + _("The decision of {0} stands. Set its status back to open to deliberate again.").format(
                    escape_html(self.name)
                ),
                GateError,
            )
        if self.has_value_changed("status") or self.is_new():
            self._decide(before)

    def onload(self):
        self.set_onload("questions", questionnaire.shown_questions(self))
        self.set_onload("signatures", given.shown_signatures(self))
        self.set_onload("signatures_wanted", required.wanted_signatures(self, self.status))

    def on_update(self):
        before = self.get_doc_before_save()
        if before and before.status != self.status and required.rules_of(self.doctype, self.status):
            signing.mark_used(self.doctype, self.name, self.status)
        if self.status == "open" and not (before and before.status == "open"):
            announce([Event(ASSESSMENT_OPENED, self.doctype, self.name, {"complaint": self.complaint})])

    def on_trash(self):
        guard.refuse_deletion(self)

    def _check_subject(self) -> None:
        if bool(self.complaint) == bool(self.signal):
            frappe.throw(
                gate_code("G3")
                + _("Choose the Complaint or the Complaint Signal that is assessed, one of them.")
            )
        if self.signal:
            self.company = frappe.db.get_value(SIGNAL, self.signal, "company")

    def _keep_basis(self, before: Document) -> None:
        """An assessment stays with its complaint or signal and its jurisdiction."""
        if before.complaint != self.complaint:
            frappe.throw(
                gate_code("G3")
                + _("{0} belongs to complaint {1}. For another one add an assessment of its own.").format(
                    escape_html(self.name), escape_html(before.complaint or "")
                ),
                GateError,
            )
        if before.signal != self.signal:
            frappe.throw(
                gate_code("G3")
                + _("{0} belongs to signal {1}. For another one add an assessment of its own.").format(
                    escape_html(self.name), escape_html(before.signal or "")
                ),
                GateError,
            )
        if self.has_value_changed("jurisdiction"):
            source_defaults.check_role(_("change the jurisdiction of an assessment"), roles.REGULATORY)

    def _decide(self, before: Document | None) -> None:
        if self.is_new() and self.status == "open":
            return
        source_defaults.check_role(_("decide on reportability"), roles.REGULATORY)
        if self.status == "open":
            deadline.check_relied_on(self)
            self.decided_by = self.decided_at = None
            return
        if blank(self.reason):
            frappe.throw(
                gate_code("G3") + _("Write the reason of the decision (Reason of the Decision)."), GateError
            )
        if self.status == "reported" and (not self.submitted_on or blank(self.submission_reference)):
            frappe.throw(
                gate_code("G3") + _("Enter Submitted On and Submission Reference of the report."), GateError
            )
        if lacking := questionnaire.decision_missing(self, self.status):
            guard.refuse(self, lacking)
        if found := required.missing_of(self, before.status if before else "open", self.status):
            guard.refuse(self, found)
        self.decided_by, self.decided_at = frappe.session.user, now_datetime()
