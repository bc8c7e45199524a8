"""Sites that installed the app before it gave accounts the rights to submit its drafts get them now; a new one has them."""

from complaint_qms.setup.rights import grant_finance


def execute() -> None:
    grant_finance()
