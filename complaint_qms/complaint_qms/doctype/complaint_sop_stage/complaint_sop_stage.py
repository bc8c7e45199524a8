from complaint_qms.controllers.row import Row


class ComplaintSOPStage(Row):
    pass
