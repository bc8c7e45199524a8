from frappe.model.document import Document


class ComplaintChannel(Document):
    pass
