from complaint_qms.controllers.row import Row


class CAPAResidualRisk(Row):
    pass
