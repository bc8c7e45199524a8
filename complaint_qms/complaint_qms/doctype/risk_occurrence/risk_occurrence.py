from frappe.model.document import Document


class RiskOccurrence(Document):
    pass
