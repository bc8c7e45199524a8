from frappe.model.document import Document


class RootCauseWhy(Document):
    pass
