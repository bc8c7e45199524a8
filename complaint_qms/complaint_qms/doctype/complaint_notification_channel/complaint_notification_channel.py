"""Controller of a service by which staff are told; complaint_qms.services.notify.channels reads it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.notify import channels


class ComplaintNotificationChannel(Checked):
    def validate(self):
        channels.check_channel(self)

    def on_change(self):
        channels.forget_channels()

    def on_trash(self):
        channels.forget_channels()
