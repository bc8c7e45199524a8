from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.trace.common_factors import CommonFactorsReport


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(CommonFactorsReport(filters).run())
