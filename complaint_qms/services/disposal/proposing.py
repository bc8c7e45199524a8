"""A disposal before anything is let go: the server lists what may go, one person proposes it, another one approves or rejects it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint, escape_html, flt, getdate, now_datetime

from complaint_qms.constants.contributing import CREATED, EDITED, FIELD
from complaint_qms.constants.retention import (
    APPROVERS,
    DISPOSAL,
    DRAFT,
    GONE,
    KEPT_ON,
    MOST,
    PROPOSED,
    PROPOSERS,
    REJECTED,
    UNDER_WAY,
    WAITING,
)
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.compliance import contributors, retention
from complaint_qms.services.disposal.connected import Case, cases_of
from complaint_qms.services.disposal.judging import ASKED, until_of, why_kept_by_case
from complaint_qms.services.disposal.removal import case_sizes
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting, may
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.row_locks import lock_rows
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.record.timeline import Text, line, note_on

STAMPS: Final = (
    "status", "complaints", "linked_records", "files", "size_mb", "records", "proposed_by", "proposed_at", "approved_by", "approved_at",
    "rejected_by", "rejection_reason", "removed", "kept_on", "done_at", FIELD,
)  # fmt: skip
_MB: Final = 1_000_000
_TEXTS: Final = ("complaint", "record_class", "state", "why_kept", "goes_with")
_DAYS: Final = ("received_on", "closed_on", "retain_until")
_COUNTS: Final = ("files", "bytes")
_TOLD: Final = 8
"""Records that go with a complaint and are named."""


def keep_disposal_stamps(doc: Document) -> None:
    """What the server alone writes is put back; a draft keeps who wrote on it."""
    if doc.flags.by_service:
        return
    before = doc.get_doc_before_save()
    for name in STAMPS:
        doc.set(name, before.get(name) if before else None)
    doc.status = before.status if before else DRAFT
    if before and doc.status != DRAFT and (touched := guard.changed_fields(doc, before)):
        labels = comma_list(_(doc.meta.get_label(name), context=DISPOSAL) for name in touched)
        frappe.throw(_("{0} stays as it was proposed. Make another disposal for others.").format(labels), GateError)  # fmt: skip
    if doc.status == DRAFT:
        for user in acting():
            contributors.add(doc, user, EDITED if before else CREATED)


def check_disposal(doc: Document) -> None:
    """What a draft needs; it lists what may go.

    Raises:
        frappe.PermissionError: the user may not propose a disposal.
        frappe.ValidationError: something is missing; the sentence names the field.
    """
    if doc.flags.by_service or doc.status != DRAFT:
        return
    check_role(_("propose a disposal"), *PROPOSERS)
    if blank(doc.reason):
        refuse(_("{0}: write why these records are let go.").format(_label("reason")))
    if getdate(doc.term_over_before) > getdate():
        refuse(_("{0}: choose today or an earlier day. What has to be kept today is not let go.").format(_label("term_over_before")))  # fmt: skip
    _list(doc)


def why_not_proposed(doc: Document) -> str:
    """Why the session's user does not propose a disposal, as a sentence; empty where they may."""
    if doc.status != DRAFT:
        return _("{0} is proposed already.").format(doc.name)
    if not may(*PROPOSERS):
        return _("A disposal is proposed by {0}.").format(comma_list(map(_, PROPOSERS)))
    if not any(row.state == WAITING for row in doc.records):
        return _("No complaint may go: their terms are not over, or something holds them.")
    return ""


def why_not_judged(doc: Document) -> str:
    """The same of who approves or rejects it."""
    if doc.status != PROPOSED:
        return _("{0} does not wait for approval.").format(doc.name)
    if not may(*APPROVERS):
        return _("A disposal is approved by {0}.").format(comma_list(map(_, APPROVERS)))
    if (contributors.authors(doc) | {doc.proposed_by}) & set(acting()):
        return _("You wrote or proposed this disposal: somebody else has to decide on it.")
    if len(acting()) > 1:
        return _("Nobody approves in the name of somebody else: sign in yourself.")
    return ""


def propose(name: str) -> Document:
    """Put a disposal before somebody who decides, listed anew.

    Raises:
        GateError: the user may not, or there is nothing to let go.
    """
    doc = _locked(name)
    _refuse(why_not_proposed(doc), "G8")
    _list(doc)
    _refuse(why_not_proposed(doc), "G8")
    for user in acting():
        contributors.add(doc, user, EDITED)
    _save(doc, status=PROPOSED, proposed_by=acting()[-1], proposed_at=now_datetime())
    note_on(doc, line("proposed the disposal: {0}", Text(doc.reason)))
    return doc


def approve(name: str) -> Document:
    """Let it begin. The job is the caller's to start.

    Raises:
        GateError: the user may not, or wrote or proposed it.
    """
    doc = _locked(name)
    _refuse(why_not_judged(doc), "G6")
    _save(doc, status=UNDER_WAY, approved_by=frappe.session.user, approved_at=now_datetime())
    note_on(doc, line("approved the disposal"))
    return doc


def reject(name: str, reason: str) -> Document:
    """Nothing is let go.

    Raises:
        GateError: the user may not, wrote or proposed it, or gives no reason.
    """
    doc = _locked(name)
    _refuse(why_not_judged(doc), "G6")
    if blank(reason):
        frappe.throw(_("{0}: write why these records stay.").format(_label("rejection_reason")), GateError)
    _save(doc, status=REJECTED, rejected_by=frappe.session.user, rejection_reason=reason.strip())
    note_on(doc, line("did not approve the disposal: {0}", Text(doc.rejection_reason)))
    return doc


def row_counts(doc: Document) -> dict[str, int]:
    """How many complaints of a disposal are gone and kept, as its rows stand."""
    states = [row.state for row in doc.records]
    return {"removed": cint(states.count(GONE)), "kept_on": cint(states.count(KEPT_ON))}


def _locked(name: str) -> Document:
    lock_rows(DISPOSAL, [name])
    doc = frappe.get_doc(DISPOSAL, name)
    doc.check_permission("write")
    return doc


def _refuse(why: str, gate: str) -> None:
    if why:
        frappe.throw(gate_code(gate) + escape_html(why), GateError)


def _save(doc: Document, **values: Any) -> None:
    doc.update(values)
    doc.flags.by_service = True
    doc.save()


def _list(doc: Document) -> None:
    """Complaints that the user may see and whose term is over, the oldest first; those that have to stay with the reason."""
    retention.fill_in_missing(MOST)
    over = {
        "company": doc.company,
        "stage": ("in", COMPLAINT_ENDED),
        "retain_until": ("<", min(getdate(doc.term_over_before), getdate())),
    }
    found = frappe.get_list("Complaint", over, list(ASKED), order_by="retain_until asc, name asc", limit=MOST)
    rows = {row.name: row for row in found}
    cases = cases_of(rows)
    why = why_kept_by_case(cases, doc.reason, allowed=rows)
    told, going = [], (0, 0)
    for case, (files, size) in zip(cases, case_sizes(cases), strict=True):
        for name in case.complaints:
            if name not in rows:
                continue
            # What a case holds is told once, with its first complaint.
            is_first = name == case.complaints[0]
            told.append(_row(rows[name], case, why.get(name, "")) | ({"files": files, "bytes": size} if is_first else {}))  # fmt: skip
        if not any(why.get(name) for name in case.complaints):
            going = going[0] + files, going[1] + size
    if told != [_listed(row) for row in doc.records]:
        doc.set("records", told)
    stay = [row for row in doc.records if row.state == KEPT_ON]
    leaving = [case for case in cases if not any(why.get(name) for name in case.complaints)]
    doc.complaints = len(doc.records) - len(stay)
    doc.linked_records = sum(len(case.linked) for case in leaving)
    doc.files, doc.size_mb = going[0], flt(going[1] / _MB, 1)
    doc.removed, doc.kept_on = 0, len(stay)


def _row(complaint: Any, case: Case, stays: str) -> dict[str, Any]:
    linked = [name for _kind, name in case.linked]
    linked += [name for name in case.complaints if name != complaint.name]
    more = len(linked) - _TOLD
    return {
        "complaint": complaint.name,
        "record_class": complaint.retention_class or retention.class_of(complaint),
        "received_on": _day(complaint.received_at),
        "closed_on": _day(complaint.closed_at),
        "retain_until": until_of(complaint),
        "state": KEPT_ON if stays else WAITING,
        "why_kept": stays,
        "goes_with": comma_list(linked[:_TOLD]) + (f" (+{more})" if more > 0 else ""),
        "files": 0,
        "bytes": 0,
    }


def _listed(row: Document) -> dict[str, Any]:
    """What `_row` says, of a row that is listed already."""
    return (
        {name: row.get(name) or "" for name in _TEXTS}
        | {name: _day(row.get(name)) for name in _DAYS}
        | {name: cint(row.get(name)) for name in _COUNTS}
    )


def _day(moment: datetime | str | None) -> Any:
    return getdate(moment) if moment else None


def _label(field: str) -> str:
    return _(frappe.get_meta(DISPOSAL).get_label(field), context=DISPOSAL)
