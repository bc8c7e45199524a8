from complaint_qms.services.analysis.suppliers import SupplierScorecard
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Supplier Quality Scorecard", filters, lambda asked: SupplierScorecard(asked).run())
