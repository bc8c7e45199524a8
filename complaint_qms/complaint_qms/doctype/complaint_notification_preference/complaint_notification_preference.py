"""Controller of how a person is told; complaint_qms.services.notify.routing reads it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.notify import preferences


class ComplaintNotificationPreference(Checked):
    def validate(self):
        preferences.check_preference(self)
