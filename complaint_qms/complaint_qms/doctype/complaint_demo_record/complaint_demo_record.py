"""Controller of the demo's own list of what it made; complaint_qms.demo.registry keeps it."""

from complaint_qms.controllers.record import Checked


class ComplaintDemoRecord(Checked):
    pass
