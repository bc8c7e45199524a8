"""Controller of the investigation."""

import frappe
from frappe.utils import now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.fields import INVESTIGATION_STAMPS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import investigation_missing
from complaint_qms.services.compliance import contributors
from complaint_qms.services.field_action.contained import contained
from complaint_qms.services.lifecycle import facts, guard, overview, reliance
from complaint_qms.services.people import assignees
from complaint_qms.services.record import source_defaults


class Investigation(QualityRecord):
    stamps = INVESTIGATION_STAMPS
    gates = staticmethod(investigation_missing)

    def facts_for_gates(self, moving_to=None):
        return facts.investigation_facts(self, moving_to)

    def before_validate(self):
        super().before_validate()
        if self.is_new():
            source_defaults.from_complaint(self)
            assignees.take_up(self, roles.INVESTIGATOR)

    def onload(self):
        overview.put_on_form(self)
        self.set_onload("contained", contained(self))

    def validate(self):
        source_defaults.check_open_complaints(
            self, [self.complaint, *(row.complaint for row in self.covered_complaints)]
        )
        source_defaults.check_dates(self, "opened_on", "due_date")
        contributors.keep_contributors(self)
        contributors.check_hand_over(self)
        move = guard.guard(self)
        if move:
            self._entered(*move)

    def _entered(self, origin: str, target: str) -> None:
        if target == "review":
            self.submitted_by = frappe.session.user
            contributors.submitted(self)
        elif target == "completed":
            self.completed_by, self.completed_at = frappe.session.user, now_datetime()
        elif origin == "completed":
            reliance.investigation_reopened(self)
            self.completed_by = self.completed_at = None
