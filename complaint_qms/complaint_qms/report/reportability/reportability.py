from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.reporting.reportability_report import ReportabilityReport


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Reportability", filters, lambda asked: ReportabilityReport(asked).run())
