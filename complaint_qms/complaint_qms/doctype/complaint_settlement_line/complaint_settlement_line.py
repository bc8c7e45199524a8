from complaint_qms.controllers.row import Row


class ComplaintSettlementLine(Row):
    pass
