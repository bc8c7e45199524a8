"""Signatures that a step still needs (G9), whose turn it is, and who may not give one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.contributing import ANSWERABLE_FIELD, AUTHORS
from complaint_qms.constants.contributing import FIELD as CONTRIBUTORS
from complaint_qms.constants.records import MOVES
from complaint_qms.constants.signatures import TARGETS, SignatureRule
from complaint_qms.engine.sop import Missing, signatures_missing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.signatures import given
from complaint_qms.services.signatures.signature_rules import is_forward, meaning_text, rules_of
from complaint_qms.services.signatures.signed_content import content_of


class SignaturesOfStep:
    """How the step of a record to `target` stands with its signatures.

    Args:
        origin: where the record is.
        fresh: whether signatures are read as they are this moment.
    """

    def __init__(self, doc: Document, origin: str, target: str, *, fresh: bool = False) -> None:
        self.doc, self.target = doc, target
        self.rules = rules_of(doc.doctype, target) if is_forward(doc.doctype, origin, target) else ()
        rows = given.signatures_of(doc, fresh=fresh) if self.rules else []
        # A signature is for one step: what was reopened since is signed anew.
        self.rows = [row for row in rows if row["stage"] == target and not row["step_taken_at"]]
        self.content = content_of(doc) if self.rows else {}
        holding = [row for row in self.rows if given.holds(doc, row, self.content)]
        self.held = {row["meaning"]: row for row in holding}

    @property
    def open(self) -> list[SignatureRule]:
        """Those that are not given, or hold no more; without the one that is just being given."""
        return [
            rule
            for rule in self.rules
            if rule.meaning not in self.held and rule.meaning != self.doc.flags.signs_with
        ]

    def missing(self) -> list[Missing]:
        """What stands in the way of the step."""
        wanted = self.open
        if not wanted:
            return []
        facts = {
            "doctype": self.doc.doctype,
            "name": self.doc.name,
            "content": self.content,
            "needed": [rule.meaning for rule in wanted],
            "signatures": [given.manifest(row) for row in self.rows],
        }
        return [replace(item, field="", lies_with="person") for item in signatures_missing(facts)]

    def turn(self) -> SignatureRule | None:
        """What the session's user may sign now."""
        return next((rule for rule in self.open if not self.why_not(rule)), None)

    def why_not(self, rule: SignatureRule) -> str | None:
        """Why the session's user does not sign with this meaning, now or at all."""
        meaning = meaning_text(rule.meaning)
        if not {*rule.roles} & {*frappe.get_roles()}:
            return _("To sign “{0}” you need one of these roles: {1}.").format(
                meaning, comma_list(_(role) for role in rule.roles)
            )
        before = [one for one in self.open if one.order < rule.order]
        if before:
            return _("“{0}” is signed after “{1}”.").format(meaning, meaning_text(before[0].meaning))
        people = {*acting()}
        if rule.is_another_signer:
            other = next(
                (m for m, row in self.held.items() if m != rule.meaning and row["user"] in people), None
            )
            if other:
                return _("You have signed “{0}”: somebody else signs “{1}”.").format(
                    meaning_text(other), meaning
                )
        if rule.is_without_part and people & _people_with_part(self.doc):
            return _("You had a part in {0}: somebody else signs “{1}”.").format(self.doc.name, meaning)
        return None

    def as_asked(self, rule: SignatureRule) -> dict[str, Any]:
        """A signature as a form asks for it; `moves`: the step is taken with it, because no other one is missing."""
        return {
            "stage": self.target,
            "stage_label": word(self.target, self.doc.doctype),
            "meaning": rule.meaning,
            "meaning_label": meaning_text(rule.meaning),
            "moves": self.open == [rule],
        }


def missing_of(doc: Document, origin: str, target: str) -> list[Missing]:
    """Signatures that a record lacks to be moved, asked as it is saved."""
    return SignaturesOfStep(doc, origin, target, fresh=True).missing()


def step_signature(doc: Document, origin: str, target: str) -> tuple[list[Missing], dict[str, Any] | None]:
    """What a step that is offered lacks of signatures, and the one with which the session's user takes it."""
    step = SignaturesOfStep(doc, origin, target)
    rule = step.turn() if step.open else None
    asked = step.as_asked(rule) if rule else None
    return ([], asked) if asked and asked["moves"] else (step.missing(), None)


def wanted_signatures(doc: Document, origin: str) -> list[dict[str, Any]]:
    """All signatures that steps from here still need: as `as_asked`, with `roles`, and `is_mine` where it is the user's turn."""
    found = []
    if doc.is_new():
        return found
    for target in TARGETS.get(doc.doctype, ()):
        if doc.doctype in MOVES and target not in MOVES[doc.doctype].get(origin, ()):
            continue
        step = SignaturesOfStep(doc, origin, target)
        mine = step.turn() if step.open else None
        found += [
            step.as_asked(rule) | {"roles": [_(role) for role in rule.roles], "is_mine": rule == mine}
            for rule in step.open
        ]
    return found


def _people_with_part(doc: Document) -> set[str]:
    people = {row.user for row in doc.get(CONTRIBUTORS) or () if row.part in AUTHORS}
    if not doc.meta.has_field(CONTRIBUTORS):
        people.add(doc.owner)
    return people | {*filter(None, (doc.get(ANSWERABLE_FIELD.get(doc.doctype, "")),))}
