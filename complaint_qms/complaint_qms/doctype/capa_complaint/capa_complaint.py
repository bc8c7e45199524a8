from complaint_qms.services.rows import Row


class CAPAComplaint(Row):
    pass
