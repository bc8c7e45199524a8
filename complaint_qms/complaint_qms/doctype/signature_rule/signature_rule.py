from complaint_qms.controllers.row import Row


class SignatureRule(Row):
    pass
