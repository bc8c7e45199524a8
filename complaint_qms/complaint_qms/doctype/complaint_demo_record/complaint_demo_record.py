"""Controller of the demo's own list of what it made; complaint_qms.demo.registry keeps it."""

from complaint_qms.services.checked import Checked


class ComplaintDemoRecord(Checked):
    pass
