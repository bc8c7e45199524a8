from complaint_qms.controllers.row import Row


class ComplaintChecklistItem(Row):
    pass
