from complaint_qms.controllers.row import Row


class ComplaintAlert(Row):
    pass
