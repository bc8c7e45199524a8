"""Giving a signature: asked for by the rules, proved by the signer, bound to what is stored, and kept for good."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, get_fullname, now_datetime

from complaint_qms.constants.events import SIGNED_RECORD
from complaint_qms.constants.records import MOVES
from complaint_qms.constants.signatures import SIGNATURE, SignatureRule
from complaint_qms.engine.sop import signed, signing_missing
from complaint_qms.exceptions import GateError
from complaint_qms.services import writing
from complaint_qms.services.events import Event, announce
from complaint_qms.services.record import timeline
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.site_time import aware, site_zone
from complaint_qms.services.record.timeline import Text, Word, line
from complaint_qms.services.signatures.given import forget_read
from complaint_qms.services.signatures.identity import Proof, confirm
from complaint_qms.services.signatures.required import SignaturesOfStep
from complaint_qms.services.signatures.signature_rules import meaning_text, rules_of
from complaint_qms.services.signatures.signed_content import content_of

_WHY = "the step that was signed for was taken"


def asked_rule(doc: Document, target: str, meaning: str) -> SignatureRule:
    """The signature that the session's user may give now under a record as it is stored.

    Raises:
        GateError: the step needs none of this meaning, or somebody else gives it.
    """
    step = SignaturesOfStep(doc, _origin(doc), target, fresh=True)
    known = doc.doctype not in MOVES or target in MOVES[doc.doctype].get(doc.stage, ())
    rule = next((rule for rule in step.open if rule.meaning == meaning), None) if known else None
    if not rule:
        _refuse(
            _("{0}: the step to {1} needs no signature “{2}” now. Reload the record.").format(
                doc.name, word(target, doc.doctype), meaning_text(meaning)
            )
        )
    if why := step.why_not(rule):
        _refuse(why)
    missing = signing_missing(
        {
            "user": frappe.session.user,
            "full_name": get_fullname(frappe.session.user),
            "enabled": frappe.db.get_value("User", frappe.session.user, "enabled"),
            "roles": frappe.get_roles(),
            "meaning": meaning,
            "rights": {meaning: rule.roles},
            # Who they are is proved right after this.
            "password_given": True,
        }
    )
    if missing:
        _refuse(_(missing[0].message.key).format(**missing[0].message.params))
    return rule


def prove(doc: Document, rule: SignatureRule, proof: Proof) -> dict[str, Any]:
    """That it is them; what is kept of how (see `identity.confirm`)."""
    return confirm(doc, rule.meaning, proof)


def sign_record(
    doc: Document, target: str, rule: SignatureRule, proved: dict[str, Any], step: Callable[[], None] | None
) -> Document:
    """Sign a record and, where it is given, take the step that this is signed for: both happen, or neither does.

    Args:
        step: saves `doc` where it is to be.
    """
    if step:
        doc.flags.signs_with = rule.meaning
        step()
        doc.flags.signs_with = None
        mark_used(doc.doctype, doc.name, target)
    now = now_datetime().replace(microsecond=0)
    stored = frappe.get_doc(doc.doctype, doc.name)
    given = signed(
        content_of(stored),
        user=frappe.session.user,
        full_name=get_fullname(frappe.session.user),
        signed_at=aware(now, site_zone()).isoformat(),
        meaning=rule.meaning,
        doctype=doc.doctype,
        name=doc.name,
    )
    kept = keep_signature(given, target, now, taken=now if step else None, **proved)
    forget_read(doc)
    announce([Event(SIGNED_RECORD, doc.doctype, doc.name, {"meaning": rule.meaning, "signature": kept.name})])
    timeline.note_on(
        stored,
        line(
            "Signed “{0}” for the step to {1} as {2}",
            Text(meaning_text(rule.meaning)),
            Word(target),
            Text(given["full_name"]),
        ),
    )
    return kept


def keep_signature(given: dict[str, Any], stage: str, at: Any, taken: Any = None, **proved: Any) -> Document:
    """Store a signature of the engine's as a record of its own."""
    doc = frappe.get_doc(
        {
            "doctype": SIGNATURE,
            "document_type": given["doctype"],
            "document_name": given["name"],
            "stage": stage,
            "meaning": given["meaning"],
            "user": given["user"],
            "full_name": given["full_name"],
            "signed_at": at,
            "time_stamp": given["signed_at"],
            "step_taken_at": taken,
            "content_hash": given["content_hash"],
            "seal": given["seal"],
            **proved,
        }
    )
    doc.flags.is_given = True
    return doc.insert(ignore_permissions=True)


def of_moved(events: list[Event]) -> None:
    """Listens to steps: signatures that a record waited with are for the one that was taken now, and for no other."""
    for event in events:
        if rules_of(event.doctype, event.data["target"]):
            mark_used(event.doctype, event.name, event.data["target"])


def mark_used(doctype: str, name: str, target: str) -> None:
    """What was signed for a step counts for the one that was just taken."""
    filters = {
        "document_type": doctype,
        "document_name": name,
        "stage": target,
        "step_taken_at": ("is", "not set"),
    }
    names = frappe.get_all(SIGNATURE, filters, pluck="name", order_by="name asc")
    if names:
        writing.set_where(SIGNATURE, names, {"step_taken_at": now_datetime().replace(microsecond=0)}, _WHY)


def _origin(doc: Document) -> str:
    return doc.stage if doc.doctype in MOVES else doc.status


def _refuse(sentence: str) -> None:
    frappe.throw(gate_code("G10") + escape_html(sentence), GateError, title=_("Not yet"))
