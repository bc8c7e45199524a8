from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Pareto", filters, lambda asked: Pareto(asked).run())
