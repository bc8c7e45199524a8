from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.reporting.satisfaction import Satisfaction


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Customer Satisfaction", filters, lambda asked: Satisfaction(asked).run())
