from complaint_qms.controllers.row import Row


class CAPAAction(Row):
    pass
