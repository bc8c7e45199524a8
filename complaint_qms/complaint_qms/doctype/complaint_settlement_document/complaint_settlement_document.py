from complaint_qms.controllers.row import Row


class ComplaintSettlementDocument(Row):
    pass
