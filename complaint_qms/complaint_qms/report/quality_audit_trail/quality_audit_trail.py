from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.story.audit_report import QualityAuditTrail


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(QualityAuditTrail(filters).run())
