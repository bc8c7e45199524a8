from complaint_qms.services.analysis.quality_cost import QualityCost
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Cost of Poor Quality", filters, lambda asked: QualityCost(asked).run())
