from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.trace import common_factors_prepared


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(common_factors_prepared.run_or_wait(filters))
