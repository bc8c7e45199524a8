from frappe.model.document import Document


class ComplaintSOPCheck(Document):
    pass
