from complaint_qms.services.knowledge.report import KnowledgeUse
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(KnowledgeUse(filters).run())
