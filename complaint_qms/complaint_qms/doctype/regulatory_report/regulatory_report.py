"""Controller of a report to an authority."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.reportability import regulatory_reports


class RegulatoryReport(Checked):
    def before_validate(self):
        regulatory_reports.check_report(self)

    def onload(self):
        self.set_onload("shown", regulatory_reports.shown_report(self))

    def on_trash(self):
        guard.refuse_deletion(self)
