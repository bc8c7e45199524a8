from complaint_qms.services.rows import Row


class ComplaintEvidence(Row):
    pass
