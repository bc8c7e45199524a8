"""Which steps need whose signature: the settings' table, before what is shipped."""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants.records import STAGED
from complaint_qms.constants.signatures import ALWAYS, REGULATED, TARGETS, SignatureRule
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list

_SETTINGS = "Complaint QMS Settings"


def rules_of(doctype: str, target: str) -> tuple[SignatureRule, ...]:
    """Signatures that the step of a kind of record to `target` needs, in their order; none for most."""
    if target not in TARGETS.get(doctype, ()):
        return ()
    settings = frappe.get_cached_doc(_SETTINGS)
    own = [row for row in settings.signature_rules if (row.record_type, row.stage) == (doctype, target)]
    if own:
        return _merged(own)
    shipped = ALWAYS.get((doctype, target))
    return shipped or (REGULATED.get((doctype, target), ()) if settings.sign_regulated_steps else ())


def meaning_text(meaning: str) -> str:
    """What a signer declares, in the reader's language; as the site wrote it where it has a text of its own."""
    shipped = {
        "Approval of the field action": _("Approval of the field action"),
        "Approval of the closing": _("Approval of the closing"),
        "Approval of the investigation": _("Approval of the investigation"),
        "Decision on reportability": _("Decision on reportability"),
    }
    return shipped.get(meaning) or _(meaning)


def is_forward(doctype: str, origin: str, target: str) -> bool:
    """Whether a step leads on: what goes back, is taken up again or is reopened is not signed."""
    way = STAGED.get(doctype)
    if not way:
        return origin != target
    if origin in way.ended:
        return False
    if target in way.flow:
        return origin in way.flow and way.flow.index(target) > way.flow.index(origin)
    return True


def check_signature_rules(settings: Document) -> None:
    """Raises:
    frappe.ValidationError: a row names a step that its record has not, or rows of one meaning contradict each other.
    """
    wrong = []
    said: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for row in settings.signature_rules:
        where = _("{0}, row {1}").format(_(settings.meta.get_label("signature_rules")), row.idx)
        row.meaning = (row.meaning or "").strip()
        targets = TARGETS.get(row.record_type, ())
        if row.stage and row.record_type and row.stage not in targets:
            steps = comma_list(word(one, row.record_type) for one in targets)
            wrong.append(_("{0}: {1} has no step to {2} that is signed. Choose one of: {3}.").format(where, _(row.record_type), word(row.stage), steps))  # fmt: skip
        terms = (row.signing_order, row.is_another_signer, row.is_without_part)
        if said.setdefault((row.record_type, row.stage, row.meaning), terms) != terms:
            wrong.append(
                _(
                    "{0}: rows with the meaning “{1}” are alternatives. Give them the same order and the same ticks."
                ).format(where, row.meaning)
            )
    if wrong:
        refuse(*wrong)


def _merged(rows: list[Document]) -> tuple[SignatureRule, ...]:
    """Rows of one meaning are one signature that any of their roles may give."""
    by_meaning: dict[str, list[Document]] = {}
    for row in rows:
        by_meaning.setdefault(row.meaning, []).append(row)
    found = [
        SignatureRule(
            meaning,
            tuple(dict.fromkeys(row.role for row in same)),
            same[0].signing_order,
            bool(same[0].is_another_signer),
            bool(same[0].is_without_part),
        )
        for meaning, same in by_meaning.items()
    ]
    return tuple(sorted(found, key=lambda rule: rule.order))
