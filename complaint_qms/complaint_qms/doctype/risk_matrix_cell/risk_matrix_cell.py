from complaint_qms.controllers.row import Row


class RiskMatrixCell(Row):
    pass
