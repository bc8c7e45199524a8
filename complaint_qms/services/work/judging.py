"""Judgements of records without a workflow, in the shape of its steps: what each asks for and what it lacks, before it is taken.

A form asks in a dialog and sends all of it in one call, so that nothing on it says verified, rejected or reported before the
server does.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import NO_REPORT
from complaint_qms.constants.settlement import DOCTYPE as SETTLEMENT
from complaint_qms.constants.settlement import PROPOSED, REJECTED
from complaint_qms.constants.work import VERIFY
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop import Missing, root_cause_missing
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.record import source_defaults
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import read_values
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.reportability.questionnaire import decision_missing
from complaint_qms.services.settlement.rejection import may_reject
from complaint_qms.services.signatures.required import step_signature


class Judgement(NamedTuple):
    """A word that somebody gives: its action, from which status to which, and what is written with it."""

    action: str
    origins: tuple[str, ...]
    target: str
    fields: tuple[str, ...]
    kind: str = "side"


JUDGEMENTS: Final[dict[str, tuple[Judgement, ...]]] = {
    "Root Cause": (
        Judgement(VERIFY, ("draft",), "verified", ("verification_method",), kind="forward"),
        Judgement("Rule Out", ("draft", "verified"), "rejected", ("rejection_reason",)),
    ),
    "Reportability Assessment": (
        Judgement(
            "Report the Event",
            ("open",),
            "reported",
            ("reason", "submitted_on", "submission_reference"),
            kind="forward",
        ),
        Judgement("Decide “Not Reportable”", ("open",), "not_reportable", ("reason",)),
    ),
    SETTLEMENT: (
        Judgement("Reject Settlement", (PROPOSED,), REJECTED, ("rejection_reason",)),
        Judgement("Propose Again", (REJECTED,), PROPOSED, (), kind="forward"),
    ),
}
_LACKING: Final = {"Reportability Assessment": "G3", SETTLEMENT: "G4"}
_TOLD: Final = {
    "reason": "Write the reason of the decision (Reason of the Decision).",
    "submitted_on": "Enter Submitted On and Submission Reference of the report.",
    "submission_reference": "Enter Submitted On and Submission Reference of the report.",
    "rejection_reason": "Write why it is rejected; whoever proposed it reads it.",
}
_ROLES: Final = {
    "Root Cause": source_defaults.REVIEWERS,
    "Reportability Assessment": (roles.REGULATORY, "System Manager"),
}


def offered(doc: Document) -> list[dict[str, Any]]:
    """What the session's user may say about a record, with what each still lacks; see `overview.next_moves`."""
    found = [one for one in JUDGEMENTS[doc.doctype] if doc.status in one.origins and _may(doc, one)]
    steps = [_step(doc, one) for one in found]
    is_no_report = doc.get("outcome_kind") == NO_REPORT
    for index, step in enumerate(steps):
        leads = (
            step["to_stage"] == "not_reportable" if is_no_report else index == 0 and step["kind"] == "forward"
        )
        step["primary"] = leads and not step["blocked"]
    return steps


def judge(doc: Document, action: str, values: dict[str, Any]) -> None:
    """Enter what is written with a judgement and give it, in one save.

    Raises:
        frappe.ValidationError: it is not the user's to give here, or something else is sent with it.
        GateError: something is missing for it; nothing is saved then.
    """
    one = next((one for one in JUDGEMENTS[doc.doctype] if one.action == action), None)
    if not one or doc.status not in one.origins or doc.docstatus != 0:
        frappe.throw(
            _("The step {0} is not open to you here. State of {1}: {2}.").format(
                frappe.bold(escape_html(_(action, context=doc.doctype))),
                escape_html(doc.name),
                frappe.bold(word(doc.status, doc.doctype)),
            )
        )
    others = sorted(set(values) - set(one.fields))
    if others:
        frappe.throw(
            gate_code("G6")
            + _("A judgement changes nothing else. Leave out {0}.").format(escape_html(comma_list(others)))
        )
    doc.update(read_values(doc.doctype, values))
    doc.status = one.target
    doc.save()


def _may(doc: Document, one: Judgement) -> bool:
    if doc.docstatus != 0 or not frappe.has_permission(doc.doctype, "write", doc=doc):
        return False
    if doc.doctype == SETTLEMENT:
        return may_reject(doc) if one.target == REJECTED else True
    return bool({*_ROLES[doc.doctype]} & {*frappe.get_roles()})


def _step(doc: Document, one: Judgement) -> dict[str, Any]:
    unsigned, signature = step_signature(doc, doc.status, one.target)
    found = [*_missing(doc, one), *unsigned]
    return {
        "action": one.action,
        "label": _label(one.action),
        "to_stage": one.target,
        "to_label": word(one.target, doc.doctype),
        "kind": one.kind,
        "missing": [guard.describe(doc, item) for item in found],
        "fields": list(one.fields),
        "blocked": guard.independence(doc, found),
        "signature": signature,
    }


def _label(action: str) -> str:
    return {
        VERIFY: _("Verify"),
        "Rule Out": _("Rule Out"),
        "Report the Event": _("Report the Event"),
        "Decide “Not Reportable”": _("Decide “Not Reportable”"),
        "Reject Settlement": _("Reject Settlement"),
        "Propose Again": _("Propose Again"),
    }[action]


def _missing(doc: Document, one: Judgement) -> list[Missing]:
    if doc.doctype == "Root Cause":
        return root_cause_missing(facts_of(doc) | {"stored": doc.as_dict()}, one.target)
    asked = decision_missing(doc, one.target) if doc.doctype == "Reportability Assessment" else []
    return [
        *asked,
        *(
            Missing(_LACKING[doc.doctype], name, Message(_TOLD[name]))
            for name in one.fields
            if blank(doc.get(name))
        ),
    ]
