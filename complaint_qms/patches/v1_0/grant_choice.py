"""Sites that installed the app before its roles could choose what their records name get that now; a new one has it."""

from complaint_qms.setup.rights import grant_choice


def execute() -> None:
    grant_choice()
