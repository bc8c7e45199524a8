from frappe.model.document import Document


class CAPARelatedChange(Document):
    pass
