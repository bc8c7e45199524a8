"""A person looks at a signal and decides: an investigation, a CAPA, watching, or nothing, with a reason; of a trend by Art. 88 of the MDR
Regulatory Affairs, whether it is reported."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.events import SIGNAL_DECIDED
from complaint_qms.constants.signals import (
    ART_88,
    CAPA,
    DECIDED,
    DECISIONS,
    DISMISSED,
    INVESTIGATION,
    LISTED,
    NEW,
    NO_REPORTABLE_TREND,
    REPORTABLE_TREND,
    SIGNAL,
    SUPERSEDED,
    TREND_DECISIONS,
    UNDER_REVIEW,
    WATCH,
)
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.events import Event, announce
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Link, Text, line, note_on
from complaint_qms.services.reportability.of_signals import check_signal_assessed
from complaint_qms.services.signals.storing import cases_of
from complaint_qms.services.signals.words import paragraph
from complaint_qms.services.trace.file import attach_genealogy


@dataclass(frozen=True)
class SignalDecision:
    """What was decided; ``linked``: an investigation or CAPA that is there already; ``until``: last day of watching."""

    kind: str
    reason: str = ""
    linked: str = ""
    until: date | None = None


def start_review(name: str) -> Document:
    """Somebody has taken a new signal up.

    Raises:
        frappe.PermissionError: the user's roles do not decide about signals.
        GateError: it is not new.
    """
    doc = _locked(name)
    if doc.state != NEW:
        frappe.throw(_("{0} is under review or decided already.").format(escape_html(name)), GateError)
    doc.state, doc.reviewed_by = UNDER_REVIEW, acting()[-1]
    _save(doc, UNDER_REVIEW, "")
    return doc


def decide_signal(name: str, decision: SignalDecision) -> Document:
    """Decide about a signal, or otherwise than before.

    Raises:
        frappe.PermissionError: the user's roles do not decide, or may not make what follows.
        frappe.ValidationError: something is missing; the sentence names the field.
        GateError: another signal explains it better, or whether it is reported is not decided yet.
    """
    doc = _locked(name)
    if doc.state == SUPERSEDED:
        better = escape_html(doc.superseded_by or "")
        frappe.throw(_("{0} explains it better. Decide there.").format(better), GateError)
    if decision.kind not in (TREND_DECISIONS if doc.preset == ART_88 else DECISIONS):
        refuse(_("{0}: choose what follows.").format(_("Decision", context=SIGNAL)))
    _DEMANDS.get(decision.kind, lambda one: None)(decision)
    check_signal_assessed(doc.name)
    cases = cases_of(doc.name)
    if decision.kind == INVESTIGATION:
        doc.investigation = _investigation(doc, decision, cases)
    elif decision.kind == CAPA:
        doc.capa = _capa(doc, decision, cases)
    elif decision.kind in TREND_DECISIONS:
        doc.reportability_assessment = _assessment(doc, decision)
    doc.update(
        {
            "state": DECIDED,
            "decision": decision.kind,
            "decision_reason": decision.reason.strip(),
            "watch_until": decision.until if decision.kind == WATCH else None,
            "decided_by": acting()[-1],
            "decided_at": now_datetime(),
            "observed_when_decided": doc.observed,
            "decided_complaints": json.dumps(cases),
        }
    )
    _save(doc, DECIDED, decision.reason)
    announce(
        [Event(SIGNAL_DECIDED, SIGNAL, doc.name, {"decision": decision.kind, "company": doc.company, "title": doc.title})]
    )  # fmt: skip
    return doc


def _locked(name: str) -> Document:
    check_role(_("decide about signals"), roles.QUALITY_MANAGER, roles.REGULATORY)
    lock_rows(SIGNAL, [name])
    doc = frappe.get_doc(SIGNAL, name)
    who = roles.REGULATORY if doc.preset == ART_88 else roles.QUALITY_MANAGER
    check_role(_("decide about signals"), who)
    doc.check_permission("write")
    return doc


def _save(doc: Document, what: str, said: str) -> None:
    doc.append(
        "history",
        {
            "at": now_datetime(), "what": what, "observed": doc.observed, "expected": doc.expected,
            "said": said.strip(), "by": acting()[-1],
        },
    )  # fmt: skip
    doc.flags.deciding = doc.flags.ignore_links = True
    doc.save()


def _demand_reason(decision: SignalDecision) -> None:
    if blank(decision.reason):
        refuse(_("{0}: write why nothing follows from this signal.").format(_("Reason", context=SIGNAL)))


def _demand_day(decision: SignalDecision) -> None:
    if not decision.until or getdate(decision.until) <= getdate():
        refuse(_("{0}: choose a day in the future.").format(_("Watched Until", context=SIGNAL)))


def _demand_grounds(decision: SignalDecision) -> None:
    if blank(decision.reason):
        refuse(_("{0}: write why the trend is reported, or why not.").format(_("Reason", context=SIGNAL)))


_DEMANDS: Mapping[str, Callable[[SignalDecision], None]] = {
    DISMISSED: _demand_reason,
    WATCH: _demand_day,
    REPORTABLE_TREND: _demand_grounds,
    NO_REPORTABLE_TREND: _demand_grounds,
}


def _investigation(doc: Document, decision: SignalDecision, cases: list[str]) -> str:
    """The one that was chosen, or a new one of all complaints of the signal, with the genealogy of a batch."""
    if decision.linked:
        return _chosen("Investigation", decision.linked, doc)
    if not cases:
        refuse(_("This signal has no complaints that an investigation could be about."))
    first, *others = _open_ones_first(cases)
    study = frappe.new_doc("Investigation")
    study.flags.of_signal = True
    study.update(
        {
            "complaint": first,
            "company": doc.company,
            "title": f"{_('Signal')}: {doc.title}"[:140],
            "investigator": acting()[-1],
            "problem": paragraph(doc.words),
            **{name: doc.get(name) for name in ("item_code", "batch_no", "supplier") if doc.get(name)},
        }
    )
    study.set("covered_complaints", [{"complaint": name} for name in others[: LISTED - 1]])
    study.insert()
    if doc.batch_no:
        attach_genealogy(study, first)
    because = line("Opened because of signal {0}: {1}", Link(SIGNAL, doc.name), Text(doc.title))
    note_on(study, because)
    return study.name


def _open_ones_first(cases: list[str]) -> list[str]:
    """Work on a complaint goes on in its investigation; those that have ended are what it rests on."""
    ended = set(
        frappe.get_all(
            "Complaint",
            filters={"name": ("in", cases), "stage": ("in", COMPLAINT_ENDED)},
            pluck="name",
            order_by="name asc",
        )
    )
    return sorted(cases, key=lambda name: name in ended)


def _capa(doc: Document, decision: SignalDecision, cases: list[str]) -> str:
    if decision.linked:
        return _chosen("CAPA", decision.linked, doc)
    made = frappe.new_doc("CAPA")
    made.update(
        {
            "title": f"{_('Signal')}: {doc.title}"[:140],
            "company": doc.company,
            "capa_owner": acting()[-1],
            "problem": paragraph(doc.words),
            "investigation": doc.investigation,
            **{name: doc.get(name) for name in ("item_code", "batch_no", "supplier") if doc.get(name)},
        }
    )
    made.set("complaints", [{"complaint": name} for name in cases[:LISTED]])
    made.insert()
    note_on(made, line("Opened because of signal {0}: {1}", Link(SIGNAL, doc.name), Text(doc.title)))
    return made.name


def _assessment(doc: Document, decision: SignalDecision) -> str | None:
    """The assessment of a complaint of the product that goes with a trend, where there is one."""
    return _chosen("Reportability Assessment", decision.linked, doc) if decision.linked else None


def _chosen(doctype: str, name: str, doc: Document) -> str:
    """One that is there, of the same company, that the user may see."""
    found = frappe.get_doc(doctype, name)
    found.check_permission("read")
    if found.company and found.company != doc.company:
        refuse(
            _("{0} {1} belongs to the company {2}; this record belongs to {3}.").format(
                _(doctype), escape_html(name), escape_html(found.company), escape_html(doc.company)
            )
        )
    return found.name
