from complaint_qms.services.rows import Row


class RootCauseWhy(Row):
    pass
