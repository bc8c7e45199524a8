from frappe.model.document import Document


class SettlementApprovalLimit(Document):
    pass
