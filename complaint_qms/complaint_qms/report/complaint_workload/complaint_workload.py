from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.work.workload_report import Workload


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(Workload(filters).run())
