from complaint_qms.services.knowledge.report import KnowledgeUse
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Knowledge Use", filters, lambda asked: KnowledgeUse(asked).run())
