from complaint_qms.controllers.row import Row


class RootCauseWhy(Row):
    pass
