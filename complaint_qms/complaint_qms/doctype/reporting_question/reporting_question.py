from complaint_qms.controllers.row import Row


class ReportingQuestion(Row):
    pass
