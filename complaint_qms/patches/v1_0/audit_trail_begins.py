"""The audit trail begins with an entry for each record as it is, which later changes follow."""

from complaint_qms.services.compliance.audit_trail import stored_records


def execute() -> None:
    stored_records.begin_trail()
