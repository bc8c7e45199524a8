"""Signatures that stay true to a record of which the site takes out who somebody is, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import frappe

from complaint_qms.constants.records import PARENTS
from complaint_qms.constants.signatures import SIGNATURE
from complaint_qms.engine.sop.signing import content_hash
from complaint_qms.services import writing
from complaint_qms.services.signatures import given
from complaint_qms.services.signatures.signed_content import content_of

FIELD = "hash_after_erasure"


@contextmanager
def still_holding(records: Iterable[tuple[str, str]]) -> Iterator[None]:
    """What is written to (DocType, name) within this block changes nothing that was signed: signatures that hold go on holding, bound to
    the content as it is afterwards as well."""
    holding = {}
    for doctype, name in sorted(set(records)):
        if doctype not in PARENTS or not frappe.db.exists(
            SIGNATURE, {"document_type": doctype, "document_name": name}
        ):
            continue
        doc = frappe.get_doc(doctype, name)
        content = content_of(doc)
        rows = [row["name"] for row in given.signatures_of(doc, fresh=True) if given.holds(doc, row, content)]
        if rows:
            holding[doctype, name] = rows
    yield
    for (doctype, name), rows in holding.items():
        after = content_hash(doctype, name, content_of(frappe.get_doc(doctype, name)))
        writing.set_where(SIGNATURE, rows, {FIELD: after}, "personal data erased from what was signed")
