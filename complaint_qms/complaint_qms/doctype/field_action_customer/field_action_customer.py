"""Controller of a customer of a field action; complaint_qms.services.field_action writes it."""

from complaint_qms.controllers.record import Checked


class FieldActionCustomer(Checked):
    pass
