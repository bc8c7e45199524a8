from frappe.model.document import Document


class ComplaintSOPStage(Document):
    pass
