from complaint_qms.services.analysis.cross_tab import CrossTab
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Cross-tab", filters, lambda asked: CrossTab(asked).run())
