"""Controller of an outside system; complaint_qms.services.connectors reads it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.connectors import issue_settings, settings


class QMSConnector(Checked):
    def validate(self):
        settings.check_connector(self)
        issue_settings.check_issues(self)
