from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport


def execute(filters: dict | None = None) -> tuple:
    return RiskMatrixReport(filters).run()
