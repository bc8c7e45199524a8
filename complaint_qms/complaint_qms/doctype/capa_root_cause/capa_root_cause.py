from complaint_qms.services.rows import Row


class CAPARootCause(Row):
    pass
