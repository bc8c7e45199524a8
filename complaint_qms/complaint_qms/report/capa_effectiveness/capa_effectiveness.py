from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.reporting.report_door import answer_report


def execute(filters: dict | None = None) -> tuple:
    return answer_report("CAPA Effectiveness", filters, lambda asked: CapaEffects(asked).run())
