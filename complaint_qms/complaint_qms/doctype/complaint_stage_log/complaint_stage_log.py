from complaint_qms.services.rows import Row


class ComplaintStageLog(Row):
    pass
