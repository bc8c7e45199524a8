from complaint_qms.services.reporting.complaint_register import ComplaintRegister
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Complaint Register", filters, lambda asked: ComplaintRegister(asked).run())
