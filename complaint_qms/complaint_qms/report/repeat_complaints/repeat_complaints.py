from complaint_qms.services.analysis.repeats import RepeatComplaints
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(RepeatComplaints(filters).run())
