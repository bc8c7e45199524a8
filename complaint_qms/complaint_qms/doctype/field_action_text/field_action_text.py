from complaint_qms.controllers.row import Row


class FieldActionText(Row):
    pass
