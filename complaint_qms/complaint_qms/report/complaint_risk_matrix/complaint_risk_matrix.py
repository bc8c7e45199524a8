from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.reporting.risk_matrix import RiskMatrixReport


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Risk Matrix", filters, lambda asked: RiskMatrixReport(asked).run())
