from frappe.model.document import Document


class CAPARootCause(Document):
    pass
