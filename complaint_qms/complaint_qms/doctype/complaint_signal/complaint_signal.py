"""Controller of a complaint signal: found by a scan, decided by a person, never deleted."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.signals import shown, storing


class ComplaintSignal(Checked):
    def before_validate(self):
        storing.keep_as_stored(self)

    def onload(self):
        self.set_onload("shown", shown.of_signal(self))

    def on_trash(self):
        guard.refuse_deletion(self)
