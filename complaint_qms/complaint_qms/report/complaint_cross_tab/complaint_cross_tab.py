from complaint_qms.services.analysis.cross_tab import CrossTab
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(CrossTab(filters).run())
