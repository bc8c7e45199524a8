from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.reporting.complaint_register import ComplaintRegister


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(ComplaintRegister(filters).run())
