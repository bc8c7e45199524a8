from complaint_qms.controllers.row import Row


class InvestigationComplaint(Row):
    pass
