"""Sites that installed the app before it gave its roles sight of ERPNext's records get it now; a new one has it."""

from complaint_qms.setup.rights import grant_sight


def execute() -> None:
    grant_sight()
