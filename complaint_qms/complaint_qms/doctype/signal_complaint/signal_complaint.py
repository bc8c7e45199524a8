from complaint_qms.controllers.row import Row


class SignalComplaint(Row):
    pass
