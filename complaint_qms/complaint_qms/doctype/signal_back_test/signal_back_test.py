"""Controller of a signal back-test: says when, complaint_qms.services.signals says what."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.signals import choices, comparing, starting


class SignalBacktest(Checked):
    def before_validate(self):
        choices.keep_results(self)

    def validate(self):
        choices.check_back_test(self)

    def on_submit(self):
        if not self.flags.run_here:
            starting.request_run(self)

    def before_update_after_submit(self):
        choices.keep_results(self)

    def onload(self):
        self.set_onload("found", comparing.result_shown(self))

    def on_trash(self):
        if self.docstatus:
            guard.refuse_deletion(self)
