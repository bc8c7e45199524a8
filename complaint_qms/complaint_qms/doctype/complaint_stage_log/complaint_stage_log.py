from frappe.model.document import Document


class ComplaintStageLog(Document):
    pass
