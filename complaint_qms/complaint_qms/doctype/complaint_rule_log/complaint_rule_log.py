"""Controller of a rule's firing; complaint_qms.services.rules.log writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.rules import log


class ComplaintRuleLog(Checked):
    def onload(self):
        log.tell_reader(self)

    @staticmethod
    def clear_old_logs(days: int = 730) -> None:
        """Called by the framework's Log Settings."""
        log.clear(days)
