"""Signatures that were given, and whether they hold for a record as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.engine.sop.signing import MANIFEST, flaws
from complaint_qms.services.record.labels import word
from complaint_qms.services.signatures.signature_rules import meaning_text
from complaint_qms.services.signatures.signed_content import content_of

_FIELDS: Final = (
    "name", "document_type", "document_name", "stage", "meaning", "user", "full_name", "signed_at", "time_stamp", "identified_by",
    "first_in_session", "step_taken_at", "content_hash", "seal",
    "hash_after_erasure",
)  # fmt: skip
_READ: Final = "qms_signatures"
"""Flag of a document: its signatures, where they were read with those of others."""


def read_many(docs: Iterable[Document]) -> None:
    """Read the signatures of many records of one kind with one query."""
    docs = [doc for doc in docs if doc.name]
    rows = _rows(docs[0].doctype, [doc.name for doc in docs]) if docs else {}
    for doc in docs:
        doc.flags[_READ] = rows.get(doc.name, [])


def signatures_of(doc: Document, *, fresh: bool = False) -> list[dict[str, Any]]:
    """Signatures of a record in the order in which they were given.

    Args:
        fresh: read them now, whatever was read before.
    """
    if doc.is_new() or not doc.name:
        return []
    if fresh or doc.flags.get(_READ) is None:
        doc.flags[_READ] = _rows(doc.doctype, [doc.name]).get(doc.name, [])
    return doc.flags[_READ]


def forget_read(doc: Document) -> None:
    """What was read of a record is not all any more."""
    doc.flags.pop(_READ, None)


def manifest(row: dict[str, Any]) -> dict[str, Any]:
    """A stored signature as the engine knows one (`engine.sop.signing`)."""
    own = {"doctype": row["document_type"], "name": row["document_name"], "signed_at": row["time_stamp"]}
    return {part: own.get(part, row.get(part)) for part in MANIFEST} | {
        part: row.get(part) for part in ("seal", "hash_after_erasure")
    }


def holds(doc: Document, row: dict[str, Any], content: dict[str, Any]) -> bool:
    return not flaws(manifest(row), doc.doctype, doc.name, content)


def shown_signatures(doc: Document) -> list[dict[str, Any]]:
    """Signatures as a form and paper show them, the newest first: {name, at, offset, meaning, step, holds, is_former, code}.

    `is_former`: another one of the same meaning was given for the same step since. `code`: a verification code was entered as well.
    """
    rows = signatures_of(doc, fresh=True)
    return list(_shown(doc, rows)) if rows else []


def _shown(doc: Document, rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    content, seen = content_of(doc), set()
    for row in reversed(rows):
        stage, meaning = kind = (row["stage"], row["meaning"])
        yield {
            "name": row["full_name"],
            "user": row["user"],
            "at": row["signed_at"],
            "offset": row["time_stamp"],
            "meaning": meaning_text(meaning),
            "step": word(stage, doc.doctype),
            "holds": holds(doc, row, content),
            "is_former": kind in seen,
            "code": row["identified_by"] == "by_password_and_code",
        }
        seen.add(kind)


def _rows(doctype: str, names: list[str]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    filters = {"document_type": doctype, "document_name": ("in", names)}
    for row in frappe.get_all(SIGNATURE, filters, list(_FIELDS), order_by="signed_at asc, creation asc"):
        found[row.document_name].append(row)
    return found
