from frappe.model.document import Document


class RiskMatrixCell(Document):
    pass
