from complaint_qms.controllers.row import Row


class ComplaintSOPStep(Row):
    pass
