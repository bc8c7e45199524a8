"""Controller of a notice of a field action; complaint_qms.services.field_action writes it."""

from complaint_qms.controllers.record import Checked


class FieldActionNotice(Checked):
    pass
