from complaint_qms.controllers.row import Row


class InvestigationCheck(Row):
    pass
