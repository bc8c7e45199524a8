from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.reporting.sop_performance import SopPerformance


def execute(filters: dict | None = None) -> tuple:
    return answer_report("SOP Performance by Stage", filters, lambda asked: SopPerformance(asked).run())
