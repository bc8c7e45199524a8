"""Complaints that came before the action priority have theirs without being saved."""

from complaint_qms.services.risk.priority import rate_open


def execute() -> None:
    rate_open()
