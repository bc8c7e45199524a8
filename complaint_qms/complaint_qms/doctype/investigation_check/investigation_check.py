from frappe.model.document import Document


class InvestigationCheck(Document):
    pass
