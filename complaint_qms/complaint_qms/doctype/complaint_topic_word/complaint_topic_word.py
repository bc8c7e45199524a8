"""Controller of a topic's word."""

from complaint_qms.controllers.row import Row


class ComplaintTopicWord(Row):
    pass
