"""Controller of one call of the language model; complaint_qms.services.language_model.calls writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.language_model import calls


class ComplaintModelCall(Checked):
    def onload(self):
        calls.tell_reader(self)

    @staticmethod
    def clear_old_logs(days: int = 365) -> None:
        """Called by the framework's Log Settings."""
        calls.clear(days)
