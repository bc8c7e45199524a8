from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.trace.report import BatchGenealogy


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Batch Genealogy", filters, lambda asked: BatchGenealogy(asked).run())
