from complaint_qms.controllers.row import Row


class CAPARootCause(Row):
    pass
