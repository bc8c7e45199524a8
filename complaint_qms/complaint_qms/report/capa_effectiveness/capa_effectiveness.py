from complaint_qms.services.analysis.capa_effects import CapaEffects
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(CapaEffects(filters).run())
