from frappe.model.document import Document


class RootCauseFactor(Document):
    pass
