from complaint_qms.controllers.row import Row


class ComplaintSOPCheck(Row):
    pass
