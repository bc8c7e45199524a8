"""What became of a proposal: who took it, who chose otherwise and what. Written by the server with the save that says so.

The answers stand beside the proposals on the complaint; a model learns from what was chosen, not from what was proposed.
"""

import json
from datetime import datetime
from typing import Any, Final

import frappe
from frappe.model.document import Document

ACCEPTED: Final = "accepted"
CHANGED: Final = "changed"
IGNORED: Final = "ignored"
_ANSWER: Final = ("chosen", "by", "at")
_LARGEST: Final = 20_000


def stored_proposals(doc: Document) -> dict[str, Any]:
    """The proposals stored with `doc`; empty when there are none."""
    return _read(doc.get("proposals"))


def note_answers(doc: Document, now: datetime) -> None:
    """Put beside each proposal what this save makes of it; who answered is not the sender's to say."""
    if doc.flags.by_import or not (doc.get("proposals") or doc.flags.put_back):
        return
    if doc.flags.put_back:  # a change is undone, and with it what it answered
        doc.proposals = doc.flags.put_back["proposals"]
        return
    before = doc.get_doc_before_save()
    old, sent = (stored_proposals(before) if before else {}), stored_proposals(doc)
    noted = {
        field: _noted(doc, field, proposal, old.get(field), now)
        for field, proposal in sent.items()
        if isinstance(proposal, dict) and doc.meta.has_field(field)
    }
    doc.proposals = json.dumps(noted, ensure_ascii=False, default=str)
    if len(doc.proposals) > _LARGEST:
        doc.proposals = before.proposals if before else None


def kept(proposal: dict[str, Any], old: dict[str, Any] | None) -> dict[str, Any]:
    """A fresh proposal with the answer that the same one had before; of a field that somebody has decided on the proposal they saw."""
    if not old:
        return proposal
    if old.get("state") in (ACCEPTED, CHANGED) and old.get("chosen"):
        return old
    if old.get("value") != proposal["value"]:
        return proposal
    return proposal | {name: old[name] for name in ("state", *_ANSWER) if old.get(name)}


def _noted(doc: Document, field: str, proposal: dict[str, Any], old: Any, now: datetime) -> dict[str, Any]:
    known = old if isinstance(old, dict) and old.get("value") == proposal.get("value") else {}
    noted = {name: value for name, value in proposal.items() if name not in _ANSWER}
    noted |= {name: known[name] for name in _ANSWER if name in known}
    value = doc.get(field)
    before = doc.get_doc_before_save()
    if value and (not before or _text(before.get(field)) != _text(value)):
        taken = _text(value) == _text(proposal.get("value"))
        return noted | {
            "state": ACCEPTED if taken else CHANGED,
            "chosen": value,
            "by": frappe.session.user,
            "at": str(now),
        }
    if noted.get("state") == ACCEPTED and not value:
        return noted | {"state": "", "chosen": None}  # it was taken back
    if noted.get("state") == IGNORED and known.get("state") != IGNORED:
        return noted | {"by": frappe.session.user, "at": str(now)}
    if noted.get("state") not in (ACCEPTED, CHANGED, IGNORED):
        noted["state"] = known.get("state", "") if known.get("state") in (ACCEPTED, CHANGED) else ""
    return noted


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _read(stored: Any) -> dict[str, Any]:
    try:
        read = frappe.parse_json(stored or "{}")
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
