from complaint_qms.services.rows import Row


class CAPAAction(Row):
    pass
