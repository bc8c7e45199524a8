from complaint_qms.controllers.row import Row


class EncryptedField(Row):
    pass
