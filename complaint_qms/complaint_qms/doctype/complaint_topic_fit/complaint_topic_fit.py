"""Controller of a fit of topics."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.topics import keeping


class ComplaintTopicFit(Checked):
    def validate(self):
        keeping.check_fit(self)

    def on_trash(self):
        keeping.refuse_topic_deletion()
