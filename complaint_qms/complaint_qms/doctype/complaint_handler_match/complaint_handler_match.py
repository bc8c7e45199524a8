"""Controller of what a complaint has that somebody is good for."""

from complaint_qms.controllers.row import Row


class ComplaintHandlerMatch(Row):
    pass
