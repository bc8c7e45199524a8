"""Controller of the legal hold."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.compliance import legal_holds
from complaint_qms.services.lifecycle import guard


class LegalHold(Checked):
    def before_validate(self):
        legal_holds.keep_hold_stamps(self)

    def validate(self):
        legal_holds.check_legal_hold(self)

    def onload(self):
        self.set_onload("why_not_released", legal_holds.why_not_released(self))

    def on_update(self):
        legal_holds.tell_legal_hold(self)

    def on_trash(self):
        guard.refuse_deletion(self)
