"""Events of User: a role with an approval limit that somebody gives themselves is recorded."""

from frappe.model.document import Document

from complaint_qms.services.settlement.approval_limit_changes import record_roles


def validate(doc: Document, method: str | None = None) -> None:
    record_roles(doc)
