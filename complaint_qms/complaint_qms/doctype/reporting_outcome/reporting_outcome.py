from complaint_qms.controllers.row import Row


class ReportingOutcome(Row):
    pass
