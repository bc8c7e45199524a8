from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.reporting.sop_performance import SopPerformance


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(SopPerformance(filters).run())
