"""Controller of a file on its way; complaint_qms.services.visitor.uploads keeps it."""

from complaint_qms.controllers.record import Checked


class ComplaintUpload(Checked):
    pass
