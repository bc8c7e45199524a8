from complaint_qms.services.rows import Row


class CAPAWindowExtension(Row):
    pass
