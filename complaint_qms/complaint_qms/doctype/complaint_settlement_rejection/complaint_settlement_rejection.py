from complaint_qms.controllers.row import Row


class ComplaintSettlementRejection(Row):
    pass
