"""Decisions about a complaint: who may take them, and whose name and moment stand beside them.

A name goes to who may decide and did: by changing what is decided, or by taking the step that puts it into force.
Until then others may prepare the words; who of them answers whether it is a complaint has their name beside that answer until
somebody decides. Once a decision carries the name of who may decide, only they change it; a save that changes nothing of it, an
import of history, or blanks at the end of a line move no name.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import GRAVE_HARM, HARM_RANK
from complaint_qms.constants.stages import COMPLAINT_FLOW, COMPLAINT_MOVES
from complaint_qms.engine.sop.complaint import rests_on_coverage, rests_on_reason
from complaint_qms.engine.sop.gates import blank
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.people.session_users import may
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.tags import without_tags
from complaint_qms.services.reportability.deadline import check_withdrawn, keep_finding

TRIAGE_JUDGES: Final = (roles.MANAGER, roles.QUALITY_MANAGER)
SUSPECTED: Final = "assessing"
_PAST_G2: Final = COMPLAINT_FLOW[COMPLAINT_FLOW.index("solve") :]
_THROUGH_G2: Final = tuple(
    (origin, target)
    for origin, targets in COMPLAINT_MOVES.items()
    for target in targets
    if target in _PAST_G2 and origin in COMPLAINT_FLOW[: COMPLAINT_FLOW.index(target)]
)


@dataclass(frozen=True)
class Decision:
    """`fields`: what is decided; `by`, `at`: its stamps; `judges`: roles that decide; `taken`: moves of the procedure,
    as (origin, target), that put it into force; `needed`: whether anything rests on it, by the facts of the gates; `answered`: a field
    whose answer is never without a name, whoever gives it."""

    fields: tuple[str, ...]
    by: str
    at: str
    judges: tuple[str, ...]
    taken: tuple[tuple[str, str], ...]
    needed: Callable[[dict[str, Any]], bool] | None = None
    answered: str = ""


DECISIONS: Final = (
    Decision(
        ("is_complaint", "triage_rationale"),
        "triage_decided_by",
        "triage_decided_at",
        TRIAGE_JUDGES,
        (("triage", "investigate"), ("triage", "solve"), ("triage", "rejected")),
        answered="is_complaint",
    ),
    Decision(
        ("covered_by_investigation", "coverage_rationale"),
        "coverage_decided_by",
        "coverage_decided_at",
        roles.INVESTIGATION_JUDGES,
        _THROUGH_G2,
        rests_on_coverage,
    ),
    Decision(
        ("no_investigation_reason",),
        "no_investigation_decided_by",
        "no_investigation_decided_at",
        roles.INVESTIGATION_JUDGES,
        _THROUGH_G2,
        rests_on_reason,
    ),
)

JUDGED: Final = (
    *(name for decision in DECISIONS for name in (decision.by, decision.at)),
    "reportable_decided_by",
    "reportable_since",
)
"""Who has decided, and when."""


def stamp_decisions(doc: Document, now: datetime) -> None:
    """Stamp what this save decides, before its gates are asked.

    Raises:
        frappe.PermissionError: it changes a decision that others may take.
        frappe.ValidationError: it says without a reason that this is no complaint.
        GateError: it takes back that the event is reportable, without an assessment that says so.
    """
    before = doc.get_doc_before_save()
    for decision in DECISIONS:
        _stamp(doc, before, decision, now)
    _check_no_complaint(doc, before)
    _keep_harm(doc, before)
    _stamp_reportable(doc, before, now)
    _stamp_reply(doc, before)
    if doc.flags.put_back:  # a change is undone: who had decided before it has again
        doc.update({name: doc.flags.put_back[name] for name in JUDGED})


def take(doc: Document, origin: str, target: str, now: datetime) -> None:
    """A step puts decisions into force: what others prepared and nobody decided yet gets the name of who takes it.

    Raises:
        frappe.PermissionError: the step is taken by somebody who may not decide, as a site's own workflow may offer it.
    """
    for decision in DECISIONS:
        if (origin, target) not in decision.taken or _has_decided(doc, decision):
            continue
        if all(blank(doc.get(name)) for name in decision.fields):
            continue
        if not decision.needed or decision.needed(facts_of(doc)):
            check_role(_deed(doc, decision.fields), *decision.judges)
            doc.set(decision.by, frappe.session.user)
            doc.set(decision.at, now)


def _check_no_complaint(doc: Document, before: Document | None) -> None:
    if doc.flags.by_import or doc.is_complaint != "no" or not blank(doc.triage_rationale):
        return
    if not before or before.is_complaint != "no" or not blank(before.triage_rationale):
        refuse(
            _("{0}: write why this is no complaint.").format(
                _(doc.meta.get_label("triage_rationale"), context=doc.doctype)
            )
        )


def _stamp(doc: Document, before: Document | None, decision: Decision, now: datetime) -> None:
    changed = [name for name in decision.fields if _changes(doc, before, name)]
    if not changed or doc.flags.by_import:
        return
    answered = decision.answered in changed
    if not may(*decision.judges):
        if before and _has_decided(before, decision):
            check_role(_deed(doc, changed), *decision.judges)
        if not answered and not _is_rewritten(doc, decision):
            return
    said = decision.fields if may(*decision.judges) else (decision.answered,)
    decided = any(not blank(doc.get(name)) for name in said)
    doc.set(decision.by, frappe.session.user if decided else None)
    doc.set(decision.at, now if decided else None)


def _is_rewritten(doc: Document, decision: Decision) -> bool:
    """Whether words beside an answer change that stand under somebody else's name."""
    return (
        bool(decision.answered)
        and not blank(doc.get(decision.answered))
        and bool(doc.get(decision.by))
        and doc.get(decision.by) != frappe.session.user
    )


def _has_decided(doc: Document, decision: Decision) -> bool:
    """Whether the name beside a decision is of somebody who may take it, and not of who prepared it."""
    name = doc.get(decision.by)
    if not name or not decision.answered or name == "Administrator":
        return bool(name)
    return bool(set(decision.judges) & set(frappe.get_roles(name)))


def _keep_harm(doc: Document, before: Document | None) -> None:
    """Anybody who handles a complaint may tell of more harm; less than serious harm is for who may decide what is
    reportable, because no question is asked of it any more."""
    if not before or doc.flags.by_import or before.harm_level not in GRAVE_HARM:
        return
    if HARM_RANK.get(doc.harm_level or "", 0) < HARM_RANK[before.harm_level]:
        check_role(
            _("tell of less harm than {0}").format(word(before.harm_level)), *roles.REPORTABILITY_JUDGES
        )


def _stamp_reportable(doc: Document, before: Document | None, now: datetime) -> None:
    """Anybody who handles a complaint may raise the suspicion; what it is decide others."""
    if not _changes(doc, before, "reportable"):
        keep_finding(doc)
        return
    judge = may(*roles.REPORTABILITY_JUDGES)
    raised = doc.reportable == SUSPECTED and (not before or before.reportable in (None, "", "no"))
    if not judge and not raised and not doc.flags.by_import:
        check_role(
            _("decide whether an event is reportable; {0} raises the suspicion").format(word(SUSPECTED)),
            *roles.REPORTABILITY_JUDGES,
        )
    check_withdrawn(doc)
    keep_finding(doc)
    doc.reportable_since = now if doc.reportable else None
    decided = judge and doc.reportable and not doc.flags.by_import
    doc.reportable_decided_by = frappe.session.user if decided else None


def _stamp_reply(doc: Document, before: Document | None) -> None:
    """The reply was sent by who said so first; who corrects the moment later did not send it."""
    if not doc.has_value_changed("reply_sent_at") and not doc.is_new():
        return
    if not doc.reply_sent_at:
        doc.reply_sent_by = None
        return
    first = not (before and before.reply_sent_at) or doc.flags.replied_anew
    if first and not doc.flags.by_import:
        doc.reply_sent_by = frappe.session.user
    doc.first_response_at = doc.first_response_at or doc.reply_sent_at


def _changes(doc: Document, before: Document | None, name: str) -> bool:
    """Whether a save changes what a field says; one that changes blanks alone keeps what is stored."""
    stored, sent = (before.get(name) if before else None), doc.get(name)
    if _words(stored) != _words(sent):
        return True
    if before:
        doc.set(name, stored)
    return False


def _words(value: Any) -> str:
    return " ".join(without_tags(str(value or "")).split())


def _deed(doc: Document, fields: list[str] | tuple[str, ...]) -> str:
    return _("decide {0}").format(comma_list(_(doc.meta.get_label(name)) for name in fields))
