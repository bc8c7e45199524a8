from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.story.audit_report import QualityAuditTrail


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Quality Audit Trail", filters, lambda asked: QualityAuditTrail(asked).run())
