from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.work.workload_report import Workload


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Workload", filters, lambda asked: Workload(asked).run())
