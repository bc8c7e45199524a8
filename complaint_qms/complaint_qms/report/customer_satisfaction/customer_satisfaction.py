from complaint_qms.services.reporting.columns import spreadsheet_safe
from complaint_qms.services.reporting.satisfaction import Satisfaction


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(Satisfaction(filters).run())
