"""Controller of a message that came in; complaint_qms.services.inbox keeps, reads and decides it."""

from complaint_qms.constants.inbox import ROADS
from complaint_qms.controllers.record import Checked
from complaint_qms.services.inbox import item, reasons


class ComplaintInboxItem(Checked):
    def onload(self):
        self.set_onload("reason", reasons.in_words(self.reason))
        self.set_onload("is_read", bool(ROADS.get(self.road)))

    def before_validate(self):
        item.refuse_from_outside(self)

    def on_trash(self):
        item.refuse_deletion(self)
