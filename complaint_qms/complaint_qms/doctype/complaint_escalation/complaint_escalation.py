from complaint_qms.controllers.row import Row


class ComplaintEscalation(Row):
    pass
