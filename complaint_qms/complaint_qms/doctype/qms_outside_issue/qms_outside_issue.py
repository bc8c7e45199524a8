"""Controller of an issue in another system; complaint_qms.services.connectors.issues writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.connectors import issues, storing


class QMSOutsideIssue(Checked):
    def validate(self):
        storing.refuse_foreign_writes(self)

    def onload(self):
        issues.tell_error(self)
