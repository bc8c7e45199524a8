from complaint_qms.controllers.row import Row


class ManagementReviewAction(Row):
    pass
