from frappe.model.document import Document


class InvestigationComplaint(Document):
    pass
