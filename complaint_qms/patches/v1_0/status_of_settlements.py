"""A settlement has a status of its own, which tells what waits for accounts from what is carried out."""

from complaint_qms.services.lifecycle.settlement_state import bring_up_to_date


def execute() -> None:
    bring_up_to_date()
