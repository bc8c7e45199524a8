"""What may show that a hand-over check is done, where nobody ticks it."""

from typing import Final

FIELD: Final = "field"
FILE: Final = "file"
RECORD: Final = "record"

RECORDS: Final = {
    "investigation": "Investigation",
    "root_cause": "Root Cause",
    "capa": "CAPA",
    "assessment": "Reportability Assessment",
    "settlement": "Complaint Settlement",
}
"""Key of a kind of linked records → their DocType."""
