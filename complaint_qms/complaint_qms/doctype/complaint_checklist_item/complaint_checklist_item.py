from complaint_qms.services.rows import Row


class ComplaintChecklistItem(Row):
    pass
