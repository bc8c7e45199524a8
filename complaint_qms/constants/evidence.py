"""Where files are evidence: the records they hang on, and the rows that name them."""

from typing import Final, NamedTuple

from complaint_qms.constants.confidential import CONFIDENTIAL

# Quality records: what is attached to one of them, or came with a mail or comment about it, is evidence.
QUALITY_RECORDS: Final = CONFIDENTIAL
# Records about others that carry files of their own.
TALK: Final = ("Communication", "Comment")


class Naming(NamedTuple):
    """Rows that name a file.

    Attributes:
        row: DocType of the row.
        field: its field with the address.
        sum: its field with the SHA-256 of the bytes, written by the server.
        record: DocType of the record.
        table: the record's field with the rows.
    """

    row: str
    field: str
    sum: str
    record: str
    table: str


NAMED_IN: Final = (
    Naming("Complaint Evidence", "file", "sha256", "Complaint", "evidence"),
    Naming("CAPA Action", "evidence", "evidence_sha256", "CAPA", "actions"),
    Naming("Investigation Check", "evidence", "evidence_sha256", "Investigation", "checks"),
)
# Fields that the app adds to File: the sum makes a file evidence.
SHA256: Final = "evidence_sha256"
LOST_AT: Final = "evidence_lost_at"
