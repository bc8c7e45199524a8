"""Controller of the one settings page."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.risk import matrix
from complaint_qms.services.settlement import approval_limit_changes
from complaint_qms.services.sop import procedure


class ComplaintQMSSettings(Checked):
    def validate(self):
        procedure.check_default(self, "default_sop")
        matrix.check_default(self)
        approval_limit_changes.keep(self)
