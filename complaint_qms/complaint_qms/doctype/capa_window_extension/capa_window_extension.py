from complaint_qms.controllers.row import Row


class CAPAWindowExtension(Row):
    pass
