from complaint_qms.services.field_action.report import FieldActions
from complaint_qms.services.reporting.columns import spreadsheet_safe


def execute(filters: dict | None = None) -> tuple:
    return spreadsheet_safe(FieldActions(filters).run())
