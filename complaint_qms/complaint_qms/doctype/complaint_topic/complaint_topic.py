"""Controller of a topic: a person gives it a name, everything else is what was found."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.topics import keeping


class ComplaintTopic(Checked):
    def validate(self):
        keeping.check_topic(self)

    def on_trash(self):
        keeping.refuse_topic_deletion()
