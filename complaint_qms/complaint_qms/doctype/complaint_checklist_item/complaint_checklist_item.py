from frappe.model.document import Document


class ComplaintChecklistItem(Document):
    pass
