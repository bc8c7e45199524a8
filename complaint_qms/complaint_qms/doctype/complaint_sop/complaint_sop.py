from frappe.model.document import Document


class ComplaintSOP(Document):
    pass
