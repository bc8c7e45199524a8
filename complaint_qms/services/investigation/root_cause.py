"""A root cause is judged without a workflow: verified or ruled out, by somebody else, and after that not written anew."""

from __future__ import annotations

from typing import Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, now_datetime

from complaint_qms.constants.events import CAUSE_READY
from complaint_qms.constants.fields import ROOT_CAUSE_STAMPS
from complaint_qms.engine.sop import root_cause_missing
from complaint_qms.exceptions import GateError
from complaint_qms.services.events import Event, announce
from complaint_qms.services.lifecycle import guard, reliance
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list

_JUDGEMENT: Final = {"verified": "verification_method", "rejected": "rejection_reason"}
"""The one field that goes with each judgement."""


def check_change(doc: Document, before: Document) -> None:
    """A root cause that was stored before is saved: its content has an author, and a judgement its judge.

    Raises:
        GateError: it is verified, or what is judged is changed along with it, or something is missing.
    """
    changed = set(guard.changed_fields(doc, before)) - {"status", *ROOT_CAUSE_STAMPS}
    if changed - set(_JUDGEMENT.values()):
        doc.content_by = frappe.session.user
    if before.status != doc.status:
        _judge(doc, before.status, changed)
    elif before.status == "verified" and changed:
        _throw(
            "G7",
            _(
                "{0} is verified; its content cannot change any more. Reject it, or add another root cause."
            ).format(escape_html(doc.name)),
        )


def announce_ready(doc: Document) -> None:
    """Once nothing is missing but the word of whoever verifies it."""
    before = doc.get_doc_before_save()
    was = bool(before) and before.status == "draft" and _is_ready(before)
    if doc.status == "draft" and not was and _is_ready(doc):
        announce([Event(CAUSE_READY, doc.doctype, doc.name, {})])


def _is_ready(doc: Document) -> bool:
    facts = {**doc.get_valid_dict(ignore_virtual=True), "whys": doc.whys, "factors": doc.factors}
    return not root_cause_missing(facts | {"verification_method": "-", "user": None}, "verified")


def _judge(doc: Document, origin: str, changed: set[str]) -> None:
    if doc.status != "draft":
        source_defaults.check_role(_("judge a root cause"), *source_defaults.REVIEWERS)
        if others := changed - {_JUDGEMENT[doc.status]}:
            labels = comma_list(sorted(_(doc.meta.get_label(name)) for name in others))
            _throw(
                "G6",
                _("A judgement changes nothing else. Save {0} first; then somebody else judges.").format(
                    labels
                ),
            )
    elif origin == "verified":
        _throw(
            "G7",
            _("{0} is verified. It can be rejected with a reason, but not written anew.").format(
                escape_html(doc.name)
            ),
        )
    if found := root_cause_missing(facts_of(doc, moving_to=doc.status), doc.status):
        guard.refuse(doc, found)
    if origin == "verified":
        reliance.cause_rejected(doc)
    if origin == "rejected":
        # Taken up again: a later word against it has a reason of its own.
        doc.flags.earlier_reason, doc.rejection_reason = doc.rejection_reason, None
    judged = doc.status == "verified"
    doc.verified_by = frappe.session.user if judged else None
    doc.verified_at = now_datetime() if judged else None


def _throw(gate: str, sentence: str) -> None:
    frappe.throw(gate_code(gate) + sentence, GateError)
