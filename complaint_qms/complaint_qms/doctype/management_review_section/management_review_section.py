from complaint_qms.controllers.row import Row


class ManagementReviewSection(Row):
    pass
