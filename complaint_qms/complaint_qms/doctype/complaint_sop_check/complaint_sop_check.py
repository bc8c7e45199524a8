from complaint_qms.services.rows import Row


class ComplaintSOPCheck(Row):
    pass
