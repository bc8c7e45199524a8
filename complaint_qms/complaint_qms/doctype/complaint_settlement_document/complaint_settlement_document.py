from frappe.model.document import Document


class ComplaintSettlementDocument(Document):
    pass
