from complaint_qms.controllers.row import Row


class ReportabilityAnswer(Row):
    pass
