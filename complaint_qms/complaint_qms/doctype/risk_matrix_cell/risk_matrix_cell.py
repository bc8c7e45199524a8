from complaint_qms.services.rows import Row


class RiskMatrixCell(Row):
    pass
