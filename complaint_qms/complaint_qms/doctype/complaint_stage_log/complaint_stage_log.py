from complaint_qms.controllers.row import Row


class ComplaintStageLog(Row):
    pass
