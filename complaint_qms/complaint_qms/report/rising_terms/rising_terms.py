from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.topics.rising_report import RisingTermsReport


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Rising Terms", filters, lambda asked: RisingTermsReport(asked).run())
