"""Controller of a use of an article; complaint_qms.services.knowledge.uses writes it."""

from complaint_qms.controllers.record import Checked


class ComplaintArticleUse(Checked):
    pass
