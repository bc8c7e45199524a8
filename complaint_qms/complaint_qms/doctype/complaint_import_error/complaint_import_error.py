"""Controller of a row that made no complaint; complaint_qms.services.importing.errors keeps them."""

from frappe.model.document import Document


class ComplaintImportError(Document):
    pass
