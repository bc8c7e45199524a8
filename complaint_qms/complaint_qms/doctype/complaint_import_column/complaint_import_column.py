"""Controller of a column of a file to be imported."""

from frappe.model.document import Document


class ComplaintImportColumn(Document):
    pass
