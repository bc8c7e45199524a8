from frappe.model.document import Document


class CAPAComplaint(Document):
    pass
