"""Controller of a complaint's match key; complaint_qms.services.record.match_keys writes it."""

from complaint_qms.controllers.record import Checked


class ComplaintMatchKey(Checked):
    pass
