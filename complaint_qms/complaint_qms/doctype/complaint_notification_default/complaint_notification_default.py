"""Controller of a row of the settings that says which messages go by which channel."""

from complaint_qms.controllers.row import Row


class ComplaintNotificationDefault(Row):
    pass
