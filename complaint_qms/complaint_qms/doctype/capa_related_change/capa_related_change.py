from complaint_qms.services.rows import Row


class CAPARelatedChange(Row):
    pass
