from complaint_qms.controllers.row import Row


class ComplaintConfidant(Row):
    pass
