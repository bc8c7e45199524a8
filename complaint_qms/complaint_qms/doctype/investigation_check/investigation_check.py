from complaint_qms.services.rows import Row


class InvestigationCheck(Row):
    pass
