from frappe.model.document import Document


class ComplaintSettlementLine(Document):
    pass
