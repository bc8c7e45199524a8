"""Controller of a secret address; complaint_qms.services.visitor.links makes and reads it."""

from complaint_qms.controllers.record import Checked


class ComplaintTrackingLink(Checked):
    pass
