"""Controller of the disposal of records."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.disposal import proposing
from complaint_qms.services.lifecycle import guard


class RecordDisposal(Checked):
    def before_validate(self):
        proposing.keep_disposal_stamps(self)

    def validate(self):
        proposing.check_disposal(self)

    def onload(self):
        self.set_onload("why_not_proposed", proposing.why_not_proposed(self))
        self.set_onload("why_not_judged", proposing.why_not_judged(self))

    def on_trash(self):
        guard.refuse_deletion(self)
