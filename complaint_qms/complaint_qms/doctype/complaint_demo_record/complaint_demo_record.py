"""Controller of the demo's own list of what it made; complaint_qms.demo.registry keeps it."""

from frappe.model.document import Document


class ComplaintDemoRecord(Document):
    pass
