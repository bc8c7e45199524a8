from complaint_qms.services.rows import Row


class ComplaintSettlementLine(Row):
    pass
