from complaint_qms.controllers.row import Row


class RootCauseFactor(Row):
    pass
