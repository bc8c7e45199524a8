from frappe.model.document import Document


class ComplaintSettlement(Document):
    pass
