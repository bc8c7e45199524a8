"""Evidence from before gets what new evidence has: a private File of its record's own, and the SHA-256 of its bytes."""

from complaint_qms.services.evidence import missing, upgrade
from complaint_qms.setup.custom_fields import apply_custom_fields


def execute() -> None:
    apply_custom_fields()
    upgrade.take_in_rows()
    missing.take_in_forgotten()
