from complaint_qms.services.analysis.risk_priorities import RiskPriorities
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Risk Priorities", filters, lambda asked: RiskPriorities(asked).run())
