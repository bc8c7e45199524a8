"""Events of Holiday List: due times are counted by it."""

from frappe.model.document import Document

from complaint_qms.services.sop import reclock


def on_update(doc: Document, method: str | None = None) -> None:
    reclock.request()
