"""Controller of a chat service that messages come from; complaint_qms.services.chat.channels reads it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.chat import channels


class ComplaintChatChannel(Checked):
    def onload(self):
        self.set_onload("webhook_address", channels.address_of(self))

    def before_insert(self):
        channels.give_key(self)

    def validate(self):
        channels.check_channel(self)
