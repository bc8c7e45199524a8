"""Controller of what a complaint's text contains; complaint_qms.services.topics.keeping writes it."""

from complaint_qms.controllers.record import Checked


class ComplaintTextTerms(Checked):
    pass
