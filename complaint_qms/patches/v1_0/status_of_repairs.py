"""An open repair has a status of its own, and what lost all its documents is incomplete."""

from complaint_qms.services.lifecycle.settlement_state import bring_up_to_date


def execute() -> None:
    bring_up_to_date()
