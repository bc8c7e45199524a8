"""Controller of the quality hold."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.containment import doorkeeper, holding, releasing
from complaint_qms.services.lifecycle import guard


class QualityHold(Checked):
    def before_insert(self):
        doorkeeper.pass_alone(self.flags.turns)

    def before_validate(self):
        holding.keep_stamps(self)

    def validate(self):
        holding.check_hold(self)

    def onload(self):
        self.set_onload("why_not_released", releasing.why_not(self))

    def on_update(self):
        holding.tell_held(self)

    def on_trash(self):
        guard.refuse_deletion(self)
