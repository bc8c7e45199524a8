from frappe.model.document import Document


class RiskSeverity(Document):
    pass
