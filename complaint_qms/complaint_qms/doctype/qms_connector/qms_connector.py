"""Controller of an outside system; complaint_qms.services.connectors reads it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.connectors import issue_settings, settings, signed_settings


class QMSConnector(Checked):
    def validate(self):
        settings.check_connector(self)
        issue_settings.check_issues(self)
        signed_settings.check_signed(self)

    def onload(self):
        self.set_onload("receive_address", signed_settings.receive_address(self))

    def on_update(self):
        signed_settings.forget_events()

    def on_trash(self):
        signed_settings.forget_events()

    def after_rename(self, old, new, merge=False):
        signed_settings.forget_events()
