from frappe.model.document import Document


class RiskMatrix(Document):
    pass
