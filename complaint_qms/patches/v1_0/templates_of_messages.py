"""Sites that have the app already get the templates for messages to customers, and the fields these are found by."""

from complaint_qms.setup.custom_fields import apply_custom_fields
from complaint_qms.setup.seed import seed_templates


def execute() -> None:
    apply_custom_fields()
    seed_templates()
