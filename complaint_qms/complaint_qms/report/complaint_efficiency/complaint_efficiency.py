from complaint_qms.services.analysis.efficiency_report import EfficiencyReport
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(EfficiencyReport(filters).run())
