from complaint_qms.services.analysis.pareto import Pareto
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(Pareto(filters).run())
