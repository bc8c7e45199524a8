from complaint_qms.services.rows import Row


class SettlementApprovalLimit(Row):
    pass
