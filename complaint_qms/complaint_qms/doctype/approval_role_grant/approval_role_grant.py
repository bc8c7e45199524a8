from complaint_qms.controllers.row import Row


class ApprovalRoleGrant(Row):
    pass
