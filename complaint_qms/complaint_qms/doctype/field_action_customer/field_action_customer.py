"""Controller of a customer of a field action; complaint_qms.services.field_action writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.field_action import storing


class FieldActionCustomer(Checked):
    def validate(self):
        storing.refuse_foreign_writes(self)

    def on_trash(self):
        storing.keep_what_was_told(self)
