from complaint_qms.controllers.row import Row


class InvestigationThreshold(Row):
    pass
