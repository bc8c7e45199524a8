from frappe.model.document import Document


class ReportabilityAssessment(Document):
    pass
