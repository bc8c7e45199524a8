"""Controller of one conversation; complaint_qms.services.chat writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.chat import conversation


class ComplaintChat(Checked):
    def onload(self):
        self.set_onload("talk", conversation.shown_turns(self))
        self.set_onload("reasons", conversation.reasons_of(self))

    def before_validate(self):
        conversation.refuse_from_outside(self)

    def on_trash(self):
        conversation.refuse_chat_deletion(self)
