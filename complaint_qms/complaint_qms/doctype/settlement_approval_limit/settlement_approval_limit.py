from complaint_qms.controllers.row import Row


class SettlementApprovalLimit(Row):
    pass
