from complaint_qms.controllers.row import Row


class ManagementReviewAttendee(Row):
    pass
