"""Controller of a signal scan: says when, complaint_qms.services.signals says what."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.signals import settings, shown, starting, trend


class SignalScan(Checked):
    def before_validate(self):
        starting.keep_results(self)
        if self.preset and self.docstatus.is_draft():
            trend.take_plan(self)

    def validate(self):
        settings.check_scan(self)

    def before_submit(self):
        trend.check_reference(self)

    def on_submit(self):
        if not self.flags.run_here:
            starting.request_run(self)

    def before_update_after_submit(self):
        starting.keep_results(self)

    def onload(self):
        self.set_onload("found", shown.of_scan(self))
        self.set_onload("told", shown.told_of_scan(self))

    def on_trash(self):
        if self.docstatus:
            guard.refuse_deletion(self)
