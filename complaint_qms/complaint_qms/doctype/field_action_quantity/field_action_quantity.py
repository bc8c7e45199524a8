from complaint_qms.controllers.row import Row


class FieldActionQuantity(Row):
    pass
