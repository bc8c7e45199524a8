"""Where files are evidence beside the quality records themselves, and what the app keeps with them."""

from typing import Final, NamedTuple

from complaint_qms.constants.records import RECORDS

# Records about others that carry files of their own.
TALK: Final = ("Communication", "Comment")


class Naming(NamedTuple):
    """Rows that name a file: their DocType, its fields with address and SHA-256, the record and its table of the rows."""

    row: str
    field: str
    sum: str
    record: str
    table: str


NAMED_IN: Final = tuple(Naming(record.doctype, *record.evidence) for record in RECORDS if record.evidence)
# Fields that the app adds to File: the sum makes a file evidence.
SHA256: Final = "evidence_sha256"
LOST_AT: Final = "evidence_lost_at"
REMOVED_AT: Final = "evidence_removed_at"
