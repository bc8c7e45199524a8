"""Who signed what in the records of a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from complaint_qms.services.case_file.records import CaseRecords
from complaint_qms.services.signatures.given import shown_signatures


def case_signatures(records: CaseRecords) -> list[dict[str, Any]]:
    """{doctype, document, name, at: ISO 8601 with the offset, meaning, step, holds: whether the record is as it was signed}, oldest first."""
    return sorted(_signatures(records), key=lambda one: one["at"])


def _signatures(records: CaseRecords) -> Iterator[dict[str, Any]]:
    for doc in records.documents():
        for given in shown_signatures(doc):
            told = {part: given[part] for part in ("name", "meaning", "step", "holds")}
            yield {"doctype": doc.doctype, "document": doc.name, "at": given["offset"], **told}
