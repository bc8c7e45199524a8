"""What a learned model said of a complaint: written by a worker, read by everybody, as data that each reader is told in their
language. It counts as long as the text is the one that was read and the version is the one in use.

Nothing here loads a model, nor an array library.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import frappe
from frappe.model.document import Document

from complaint_qms.engine.classify.keywords import Proposal
from complaint_qms.engine.message import Message
from complaint_qms.engine.reasons import Reason
from complaint_qms.services.record import site_cache

VERSION: Final = "Complaint Classifier"
ACTIVE: Final = "active"
FIELD: Final = "learned_proposals"
_CACHE: Final = "complaint_qms_classifier"


def active_version() -> str:
    """Name of the version in use; empty while the words of the rules decide alone."""
    return site_cache.kept(_CACHE, _read_active)


def forget_version() -> None:
    """Drop what is cached; called when another version is used."""
    site_cache.forget([_CACHE])


def written(version: str, text: str, proposals: Iterable[Proposal]) -> str:
    """What is stored of the answers of a version on a text."""
    told = [
        {
            "field": proposal.field,
            "value": proposal.value,
            "confidence": round(proposal.confidence, 4),
            "reasons": [
                [reason.kind, reason.message.key, dict(reason.message.params), round(reason.weight, 4)]
                for reason in _telling(proposal.reasons)
            ],
        }
        for proposal in proposals
    ]
    return json.dumps({"version": version, "digest": _digest(text), "told": told}, ensure_ascii=False)


def read_learned(doc: Mapping[str, Any] | Document, text: str) -> list[Proposal]:
    """The stored answers, where they are about this text and by the version in use."""
    if not doc.get(FIELD):
        return []
    stored = frappe.parse_json(doc.get(FIELD))
    version = stored.get("version")
    if not version or version != active_version() or stored.get("digest") != _digest(text):
        return []
    return [
        Proposal(
            row["field"],
            row["value"],
            row["confidence"],
            tuple(Reason(kind, Message(key, params), weight) for kind, key, params, weight in row["reasons"]),
            "model",
        )
        for row in stored["told"]
    ]


def forget_changed(doc: Document) -> None:
    """Before a save: what was said of another text is said no more; a worker reads the new one."""
    if doc.get(FIELD) and (doc.has_value_changed("subject") or doc.has_value_changed("description")):
        doc.set(FIELD, None)


def _telling(reasons: Iterable[Reason]) -> list[Reason]:
    """Those that name a word of the text; spelling fragments name none, and are told where there is nothing else."""
    every = list(reasons)
    return [reason for reason in every if reason.message.params] or every


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _read_active() -> str:
    return frappe.db.get_value(VERSION, {"state": ACTIVE}) or ""
