from complaint_qms.services.analysis.risk_pair_matrix import matrix_report
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Risk Matrix", filters, lambda asked: matrix_report(asked).run())
