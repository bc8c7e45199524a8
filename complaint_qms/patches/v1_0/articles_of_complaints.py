"""Sites that have the app already: the fields, rights and category of articles about complaints."""

from complaint_qms.setup.custom_fields import apply_custom_fields
from complaint_qms.setup.rights import grant_knowledge
from complaint_qms.setup.seed import seed_knowledge


def execute() -> None:
    apply_custom_fields()
    grant_knowledge()
    seed_knowledge()
