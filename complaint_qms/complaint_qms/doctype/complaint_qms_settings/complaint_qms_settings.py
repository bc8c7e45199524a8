from frappe.model.document import Document


class ComplaintQMSSettings(Document):
    pass
