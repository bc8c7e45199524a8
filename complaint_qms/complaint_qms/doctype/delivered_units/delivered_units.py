"""Controller of a row of delivered units; complaint_qms.services.signals.kept_weeks writes it."""

from complaint_qms.controllers.record import Checked
from complaint_qms.services.signals.kept_weeks import add_indexes


class DeliveredUnits(Checked):
    pass


def on_doctype_update() -> None:
    """Called by the framework each time the DocType is brought in."""
    add_indexes()
