"""The approval of a field action: by somebody without a part in it, with a signature that holds for what was approved alone (21 CFR 11)."""

from __future__ import annotations

import json
from datetime import datetime

from frappe.model.document import Document
from frappe.utils import cstr

from complaint_qms.constants.field_action import APPROVED_FIELDS
from complaint_qms.services.field_action import customers, texts

_BEFORE = ("draft", "scope", "approval")
_NUMBERS = ("target_acknowledged", "target_accounted", "is_mock")


def approve(doc: Document, user: str, now: datetime) -> None:
    """The step to Under Way: what is approved is kept."""
    doc.approved_by, doc.approved_at = user, now.replace(microsecond=0)
    doc.approved_scope = _scope_to_approve(doc)


def signed_content(doc: Document) -> dict[str, str]:
    """What signatures of a field action are given for: text alone, for none hangs on how the database keeps numbers."""
    is_fixed = doc.approved_scope and doc.stage not in _BEFORE
    return {
        name: f"{float(doc.get(name) or 0):g}"
        if name in _NUMBERS
        else cstr(doc.get(name)).replace("\r\n", "\n")
        for name in APPROVED_FIELDS
    } | {
        "scope": cstr(doc.approved_scope) if is_fixed else _scope_to_approve(doc),
        **texts.signed_texts(doc),
    }


def _scope_to_approve(doc: Document) -> str:
    """The scope and who was added and left out by hand; empty where none was computed."""
    if not doc.scope:
        return ""
    approved = json.loads(doc.scope) | {"by_hand": customers.changed_by_hand(doc.name)}
    return json.dumps(approved, ensure_ascii=False)
