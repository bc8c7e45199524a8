from complaint_qms.controllers.row import Row


class CAPAComplaint(Row):
    pass
