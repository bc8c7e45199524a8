from frappe.model.document import Document


class Investigation(Document):
    pass
