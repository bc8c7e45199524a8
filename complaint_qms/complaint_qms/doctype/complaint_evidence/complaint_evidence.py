from complaint_qms.controllers.row import Row


class ComplaintEvidence(Row):
    pass
