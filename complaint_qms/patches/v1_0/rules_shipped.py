"""Rules without code: sites get those that ship, switched off."""

from complaint_qms.setup.seed import seed_rules


def execute() -> None:
    seed_rules()
