"""Sites that installed the app before investigators could see how a unit was made get that right now; a new one has it."""

from complaint_qms.setup.rights import grant_production


def execute() -> None:
    grant_production()
