from complaint_qms.services.rows import Row


class ApprovalRoleGrant(Row):
    pass
