from complaint_qms.services.analysis.repeats import RepeatComplaints
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Repeat Complaints", filters, lambda asked: RepeatComplaints(asked).run())
