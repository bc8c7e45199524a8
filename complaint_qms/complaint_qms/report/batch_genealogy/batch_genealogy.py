from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.trace.report import BatchGenealogy


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(BatchGenealogy(filters).run())
