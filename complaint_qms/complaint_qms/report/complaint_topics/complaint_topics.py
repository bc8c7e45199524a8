from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.topics.topics_report import TopicsReport


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Topics", filters, lambda asked: TopicsReport(asked).run())
