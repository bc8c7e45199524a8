from complaint_qms.controllers.row import Row


class ComplaintSignalStep(Row):
    pass
