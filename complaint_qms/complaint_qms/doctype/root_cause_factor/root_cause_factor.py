from complaint_qms.services.rows import Row


class RootCauseFactor(Row):
    pass
