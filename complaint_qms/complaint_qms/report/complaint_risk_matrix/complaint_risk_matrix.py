from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(RiskMatrixReport(filters).run())
