from complaint_qms.controllers.row import Row


class ComplaintClassifierField(Row):
    pass
