from complaint_qms.services.analysis.suppliers import SupplierScorecard
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(SupplierScorecard(filters).run())
