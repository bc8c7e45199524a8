"""Controller of the root cause."""

import frappe

from complaint_qms.constants.fields import ROOT_CAUSE_STAMPS
from complaint_qms.controllers.quality_record import QualityRecord
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.services.compliance import contributors
from complaint_qms.services.investigation import root_cause, root_cause_overview
from complaint_qms.services.lifecycle import facts
from complaint_qms.services.record import source_defaults, timeline
from complaint_qms.services.record.timeline import Text, line


class RootCause(QualityRecord):
    stamps = ROOT_CAUSE_STAMPS
    gates = staticmethod(root_cause_missing)

    def facts_for_gates(self, moving_to=None):
        return facts.root_cause_facts(self, moving_to)

    def before_validate(self):
        super().before_validate()
        if self.is_new():
            self.status = "draft"
            self.analyst = self.analyst or frappe.session.user
            self.content_by = frappe.session.user
            source_defaults.from_investigation(self)

    def onload(self):
        self.set_onload("overview", root_cause_overview.overview(self))

    def validate(self):
        before = self.get_doc_before_save()
        contributors.keep_contributors(self)
        if before:
            contributors.check_hand_over(self)
            root_cause.check_change(self, before)

    def on_update(self):
        if earlier := self.flags.pop("earlier_reason", None):
            # A site may keep no versions.
            timeline.note_on(self, line("It had been ruled out because: {0}", Text(earlier)))
        super().on_update()
        root_cause.announce_ready(self)
