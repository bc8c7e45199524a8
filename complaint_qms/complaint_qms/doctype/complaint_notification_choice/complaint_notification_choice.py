"""Controller of a row that says which messages go by which channel."""

from complaint_qms.controllers.row import Row


class ComplaintNotificationChoice(Row):
    pass
