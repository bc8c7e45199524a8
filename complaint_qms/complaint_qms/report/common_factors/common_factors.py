from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.trace import common_factors_prepared


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Common Factors", filters, common_factors_prepared.run_or_wait)
