"""Evidence from before gets what new evidence has: a private File of its record's own, and the SHA-256 of its bytes."""

from complaint_qms.services.evidence import backfill, integrity_check
from complaint_qms.setup.custom_fields import apply_custom_fields


def execute() -> None:
    apply_custom_fields()
    backfill.take_in_rows()
    integrity_check.take_in_forgotten()
