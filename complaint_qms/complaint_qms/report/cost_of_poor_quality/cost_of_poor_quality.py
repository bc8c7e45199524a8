from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(QualityCost(filters).run())
