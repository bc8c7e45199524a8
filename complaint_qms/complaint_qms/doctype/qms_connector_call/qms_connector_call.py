"""Controller of one call of an outside system; complaint_qms.services.connectors.calls writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.connectors import calls, storing


class QMSConnectorCall(Checked):
    def validate(self):
        storing.refuse_foreign_writes(self)

    def onload(self):
        calls.tell_reason(self)

    @staticmethod
    def clear_old_logs(days: int = 365) -> None:
        """Called by the framework's Log Settings."""
        calls.clear_calls(days)
