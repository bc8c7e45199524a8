from complaint_qms.services.rows import Row


class ComplaintSOPStage(Row):
    pass
