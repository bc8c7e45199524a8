"""Questions of reportability are rule sets: those that are shipped come onto the site, what was assessed before stays as it is."""

from complaint_qms.setup.rights import grant_choice
from complaint_qms.setup.seed import seed_rule_sets


def execute() -> None:
    seed_rule_sets()
    grant_choice()
