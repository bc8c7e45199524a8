from complaint_qms.controllers.row import Row
from complaint_qms.services.containment.standing import add_indexes


class QualityHoldLot(Row):
    pass


def on_doctype_update() -> None:
    """Called by the framework when the table is made or changed."""
    add_indexes()
