"""Events of Email Template and Email Queue: what is written to customers can be read, and a machine's mail says that it is one."""

from frappe.model.document import Document

from complaint_qms.services.correspondence import by_itself, templates


def before_validate(template: Document, method: str | None = None) -> None:
    templates.check_template(template)


def before_insert(queued: Document, method: str | None = None) -> None:
    by_itself.mark(queued)
