"""Controller of somebody who takes on complaints; complaint_qms.services.people.roster reads them."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.people import roster


class ComplaintHandler(Checked):
    def validate(self):
        roster.check_member(self)
