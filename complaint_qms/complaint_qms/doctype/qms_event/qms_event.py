"""Controller of an event that waits for its listeners; complaint_qms.services.events keeps it."""

from complaint_qms.controllers.record import Checked


class QMSEvent(Checked):
    pass
