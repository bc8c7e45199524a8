from complaint_qms.services.rows import Row


class InvestigationComplaint(Row):
    pass
