"""Controller of facts as an outside system told them; complaint_qms.services.connectors.facts writes them."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.connectors import storing


class QMSOutsideFact(Checked):
    def validate(self):
        storing.refuse_foreign_writes(self)
