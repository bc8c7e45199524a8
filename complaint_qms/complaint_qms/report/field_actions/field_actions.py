from complaint_qms.services.field_action.report import FieldActions
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Field Actions", filters, lambda asked: FieldActions(asked).run())
