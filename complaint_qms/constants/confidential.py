"""Which records are confidential, and whose restrictions they follow: data only."""

from typing import Final

COMPLAINT: Final = "Complaint"

# Record → what it names: (DocType of the row that names it, "" for the record itself; its field; DocType named).
# Somebody who may not see a record named here does not see the one that names it either.
FOLLOWS: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "Investigation": (("", "complaint", COMPLAINT), ("Investigation Complaint", "complaint", COMPLAINT)),
    "Root Cause": (("", "complaint", COMPLAINT), ("", "investigation", "Investigation")),
    "Reportability Assessment": (("", "complaint", COMPLAINT),),
    "Complaint Settlement": (("", "complaint", COMPLAINT),),
    "CAPA": (
        ("", "investigation", "Investigation"),
        ("CAPA Complaint", "complaint", COMPLAINT),
        ("CAPA Root Cause", "root_cause", "Root Cause"),
    ),
}
CONFIDENTIAL: Final = (COMPLAINT, *FOLLOWS)
