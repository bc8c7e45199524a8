"""Complaints from before get the keys by which their caller and their wording are found again."""

from complaint_qms.services.record import match_keys


def execute() -> None:
    match_keys.fill()
