from complaint_qms.controllers.row import Row


class CAPARelatedChange(Row):
    pass
