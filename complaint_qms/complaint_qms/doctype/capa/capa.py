from frappe.model.document import Document


class CAPA(Document):
    pass
