"""Sites that installed the app before a quality manager could see who holds a batch get that right now; a new one has it."""

from complaint_qms.setup.rights import grant_containment


def execute() -> None:
    grant_containment()
