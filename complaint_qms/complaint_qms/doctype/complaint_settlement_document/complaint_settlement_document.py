from complaint_qms.services.rows import Row


class ComplaintSettlementDocument(Row):
    pass
