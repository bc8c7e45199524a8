"""Controller of a week of delivered units; complaint_qms.services.signals.kept_weeks writes it."""

from complaint_qms.controllers.record import Checked


class DeliveredUnitsWeek(Checked):
    pass
