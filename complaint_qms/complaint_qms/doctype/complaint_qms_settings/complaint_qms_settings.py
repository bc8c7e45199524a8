"""Controller of the one settings page."""

from complaint_qms.services import risk
from complaint_qms.services.checked import Checked
from complaint_qms.services.settlement import limit_changes
from complaint_qms.services.sop import procedure


class ComplaintQMSSettings(Checked):
    def validate(self):
        procedure.check_default(self, "default_sop")
        risk.check_default(self)
        limit_changes.keep(self)
