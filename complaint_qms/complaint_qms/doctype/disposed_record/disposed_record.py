from complaint_qms.controllers.row import Row


class DisposedRecord(Row):
    pass
