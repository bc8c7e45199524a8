from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.signals.report import DeliveredUnitsReport


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(DeliveredUnitsReport(filters).run())
