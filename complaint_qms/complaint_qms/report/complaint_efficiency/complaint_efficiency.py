from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Efficiency", filters, lambda asked: EfficiencyReport(asked).run())
