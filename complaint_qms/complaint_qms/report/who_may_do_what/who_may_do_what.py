from complaint_qms.services.reporting.report_door import answer_report
from complaint_qms.services.story.rights_report import WhoMayDoWhat


def execute(filters: dict | None = None) -> tuple:
    return answer_report("Who May Do What", filters, lambda asked: WhoMayDoWhat(asked).run())
