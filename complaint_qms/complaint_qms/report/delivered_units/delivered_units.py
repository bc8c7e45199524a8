from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.signals.report import DeliveredUnitsReport


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Delivered Units", filters, lambda asked: DeliveredUnitsReport(asked).run())
