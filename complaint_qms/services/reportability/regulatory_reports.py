"""Reports to authorities: drafted from the record, completed by hand, reviewed by somebody else, submitted, and never changed after.

What is new later goes into another report that refers to it.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.regulatory_report import (
    DRAFTED,
    INITIAL,
    KINDS,
    REPORT,
    REVIEWED,
    STAMPS,
    SUBMITTED,
)
from complaint_qms.constants.reportability import RULE_SET
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import sentence_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.reportability.report_facts import facts_for
from complaint_qms.services.reportability.report_forms import ReportForm, form_for, report_form


def draft_report(assessment: str, kind: str) -> Document:
    """A draft about an assessment, filled from the record; later kinds refer to the last one that was submitted.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        frappe.ValidationError: another draft is under way, or the kind does not fit what was submitted.
    """
    check_role(_("write reports to authorities"), roles.REGULATORY)
    about = frappe.get_doc("Reportability Assessment", assessment, for_update=True)
    about.check_permission("read")
    if kind not in KINDS:
        refuse(_("Kind of Report: choose one of those that are offered."))
    key = frappe.db.get_value(RULE_SET, about.rule_set, "jurisdiction_key") if about.rule_set else None
    form = form_for(key)
    earlier = _series(about, form.key)
    if waiting := next((row for row in earlier if row.status != SUBMITTED), None):
        frappe.throw(_("{0} is under way: finish that one first.").format(escape_html(waiting.name)))
    if kind == INITIAL and earlier:
        frappe.throw(
            _("{0} was submitted: what is new goes into a later report.").format(
                escape_html(earlier[-1].name)
            )
        )
    if kind != INITIAL and not earlier:
        frappe.throw(_("Nothing was submitted yet: begin with the initial report."))
    doc = frappe.new_doc(REPORT)
    doc.update(
        {
            "assessment": assessment, "complaint": about.complaint, "signal": about.signal, "company": about.company, "jurisdiction": about.jurisdiction,
            "report_form": form.key, "report_kind": kind, "status": DRAFTED, "version": len(earlier) + 1,
            "previous_report": earlier[-1].name if earlier else None, "drafted_by": acting()[-1], "drafted_at": now_datetime(),
        }
    )  # fmt: skip
    doc.flags.by_server = True
    doc.insert()
    _fill(doc, form, _values_of(earlier[-1].name) if earlier else {})
    doc.save()
    return doc


def check_report(doc: Document) -> None:
    """Before a save: what the server alone writes is put back, and what was submitted stays as it is.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        GateError: it was submitted, or is under review.
    """
    before = doc.get_doc_before_save()
    if doc.flags.by_server:
        return
    if not before:
        refuse(_("A report to an authority is begun from its assessment."))
    guard.protect(doc, STAMPS)
    check_role(_("write reports to authorities"), roles.REGULATORY)
    if not guard.changed_fields(doc, before):
        return
    if before.status == SUBMITTED:
        frappe.throw(
            gate_code("G7")
            + _("{0} was submitted and stays as it is. Write a later report.").format(escape_html(doc.name)),
            GateError,
        )
    if before.status == REVIEWED:
        frappe.throw(
            gate_code("G6") + _("{0} was reviewed. Send it back to change it.").format(escape_html(doc.name)),
            GateError,
        )
    _check_elements(doc, before)


def enter_element(name: str, key: str, value: str) -> Document:
    """Enter one element of a draft; an empty value takes over what the record says again."""
    doc = frappe.get_doc(REPORT, name)
    doc.check_permission("write")
    row = next((row for row in doc.elements if row.element_key == key), None)
    if not row:
        refuse(_("{0} has no element {1}.").format(escape_html(name), escape_html(key)))
    row.value = value
    doc.save()
    return doc


def fill_again(name: str) -> Document:
    """Take over what the record says by now; what was entered by hand stays."""
    check_role(_("write reports to authorities"), roles.REGULATORY)
    doc = frappe.get_doc(REPORT, name)
    doc.check_permission("write")
    if doc.status != DRAFTED:
        frappe.throw(_("{0} is no draft any more.").format(escape_html(name)))
    entered = {row.element_key: row.value for row in doc.elements if row.origin == "entered"}
    doc.set("elements", [])
    _fill(doc, report_form(doc.report_form), entered)
    doc.flags.by_server = True
    doc.save()
    return doc


def missing_elements(doc: Document) -> list[str]:
    """Elements without which it is not complete, by key and label in the present language."""
    form = report_form(doc.report_form)
    values = {row.element_key: row.value for row in doc.elements}
    return [
        f"{one.key} {_(one.label)}"
        for one in form.elements
        if one.is_needed(doc.report_kind) and blank(values.get(one.key))
    ]


def review_report(name: str) -> Document:
    """Somebody else than who drafted it finds it right.

    Raises:
        frappe.PermissionError: neither Regulatory Affairs nor a Quality Manager.
        GateError: by who wrote it, or something is missing.
    """
    doc = _locked(name, DRAFTED, _("review reports to authorities"), roles.REGULATORY, roles.QUALITY_MANAGER)
    if {*acting()} & {doc.drafted_by, doc.changed_by}:
        frappe.throw(gate_code("G6") + _("You wrote this report: somebody else reviews it."), GateError)
    if missing := missing_elements(doc):
        lines = [_("Not yet complete:"), *(escape_html(line) for line in missing)]
        frappe.throw(lines, GateError, title=_("Not yet"), as_list=True)
    return _step(doc, {"status": REVIEWED, "reviewed_by": acting()[-1], "reviewed_at": now_datetime()})


def send_report_back(name: str) -> Document:
    """A report that was reviewed is a draft again."""
    doc = _locked(name, REVIEWED, _("review reports to authorities"), roles.REGULATORY, roles.QUALITY_MANAGER)
    return _step(doc, {"status": DRAFTED, "reviewed_by": None, "reviewed_at": None})


def submit_report(name: str, submitted_on: date, reference: str, receipt: str) -> Document:
    """It was sent to the authority: when, under which reference, with what it acknowledged.

    Raises:
        frappe.PermissionError: not by Regulatory Affairs.
        frappe.ValidationError: no day, a day in the future or before awareness, or no reference.
    """
    doc = _locked(name, REVIEWED, _("submit reports to authorities"), roles.REGULATORY)
    if submitted_on > getdate():
        frappe.throw(_("Submitted On lies in the future. Enter when the report was sent."))
    known = frappe.db.get_value("Reportability Assessment", doc.assessment, "awareness_date")
    if known and submitted_on < getdate(known):
        frappe.throw(_("Submitted On is before Awareness Date. Correct one of them."))
    if blank(reference):
        frappe.throw(_("Enter the Reference of the Authority, or how it was sent where there is none yet."))
    values = {"status": SUBMITTED, "submitted_by": acting()[-1], "submitted_on": submitted_on, "authority_reference": reference.strip(), "receipt": receipt or None}  # fmt: skip
    facts = facts_for(doc)
    _step(
        doc,
        {**values, "submitted_facts": facts_text(facts), "facts_checked_at": now_datetime()},
    )
    _note_on_assessment(doc)
    return doc


def shown_report(doc: Document) -> dict[str, Any]:
    """A report for its form: {title, source, gateway, missing, blocks: [{block, rows: [{key, label, value, origin, origin_label, needed, personal}]}],
    may_write, may_review, may_submit, next, changed}."""
    form = report_form(doc.report_form)
    rows = {row.element_key: row for row in doc.elements}
    blocks: dict[str, list[dict[str, Any]]] = {}
    for one in form.elements:
        row = rows.get(one.key)
        blocks.setdefault(one.block, []).append(
            {
                "key": one.key,
                "label": _(one.label),
                "value": row.value or "" if row else "",
                "origin": row.origin if row else "",
                "origin_label": word(row.origin) if row and row.origin else "",
                "needed": one.is_needed(doc.report_kind),
                "personal": bool(one.personal),
            }
        )
    held = {*frappe.get_roles()}
    writes = bool(frappe.has_permission(doc.doctype, "write", doc=doc))
    return {
        "title": _(form.title),
        "source": _(form.source),
        "gateway": _(form.gateway),
        "missing": missing_elements(doc),
        "blocks": [{"block": block, "rows": found} for block, found in blocks.items()],
        "may_write": writes and doc.status == DRAFTED and roles.REGULATORY in held,
        "may_review": doc.status == DRAFTED
        and bool({roles.REGULATORY, roles.QUALITY_MANAGER} & held)
        and not {*acting()} & {doc.drafted_by, doc.changed_by},
        "may_submit": writes and doc.status == REVIEWED and roles.REGULATORY in held,
        "next": _what_is_next(doc),
        "changed": [
            f"{key} {_(form.element(key).label)}"
            for key in (doc.changed_facts or "").split()
            if form.element(key)
        ],
    }


def facts_text(facts: dict[str, str]) -> str:
    """Facts as they are stored: readable, so that who looks for a person finds them."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False)


def _what_is_next(doc: Document) -> str:
    """Who does what next with a report, as a sentence; empty for one that was submitted."""
    if doc.status == DRAFTED:
        said = [
            _(
                "Next: somebody of Regulatory Affairs or a Quality Manager who has not written in it reviews it."
            )
        ]
        if missing_elements(doc):
            said.insert(0, _("Enter what is not yet complete."))
        return sentence_list(said)
    if doc.status == REVIEWED:
        return _("Next: Regulatory Affairs download it, submit it to the authority by hand, and enter day and reference under Submitted.")  # fmt: skip
    return ""


def _series(about: Document, form: str) -> list[frappe._dict]:
    """Reports about the same complaint or signal by the same form, in their order."""
    subject = "complaint" if about.complaint else "signal"
    filters = {subject: about.get(subject), "report_form": form, "jurisdiction": about.jurisdiction}
    return frappe.get_all(REPORT, filters, ["name", "status"], order_by="version asc, creation asc")


def _values_of(name: str) -> dict[str, str]:
    """What was entered by hand into an earlier report."""
    rows = frappe.get_all(
        "Regulatory Report Element",
        {"parent": name, "origin": "entered"},
        ["element_key", "value"],
        order_by="idx asc",
    )
    return {row.element_key: row.value for row in rows}


def _fill(doc: Document, form: ReportForm, entered: dict[str, str]) -> None:
    facts = facts_for(doc)
    for one in form.elements:
        by_hand = entered.get(one.key)
        value = by_hand or facts.get(one.fact, "")
        origin = "entered" if by_hand else ("of_record" if value else "left_open")
        doc.append("elements", {"element_key": one.key, "label": one.label, "value": value, "origin": origin})


def _check_elements(doc: Document, before: Document) -> None:
    """Values alone change; an element that is emptied says again what the record says."""
    stored = {row.element_key: row for row in before.elements}
    if [row.element_key for row in doc.elements] != list(stored):
        refuse(_("Elements: they are those of the form, each once and in its order."))
    facts = None
    for row in doc.elements:
        was = stored[row.element_key]
        row.label, row.origin = was.label, was.origin
        if (row.value or "") == (was.value or ""):
            continue
        doc.changed_by = acting()[-1]
        if not blank(row.value):
            row.origin = "entered"
            continue
        facts = facts_for(doc) if facts is None else facts
        row.value = facts.get(report_form(doc.report_form).element(row.element_key).fact, "")
        row.origin = "of_record" if row.value else "left_open"


def _locked(name: str, status: str, deed: str, *held: str) -> Document:
    check_role(deed, *held)
    doc = frappe.get_doc(REPORT, name, for_update=True)
    doc.check_permission("read")
    if doc.status != status:
        frappe.throw(
            _("{0} is at another step: {1}.").format(escape_html(name), frappe.bold(word(doc.status)))
        )
    return doc


def _step(doc: Document, values: dict[str, Any]) -> Document:
    doc.update(values)
    doc.flags.by_server = doc.flags.ignore_permissions = True
    doc.save()
    return doc


def _note_on_assessment(doc: Document) -> None:
    """An assessment that is open gets day and reference of its report, so that its decision has them; deciding is a person's."""
    about = frappe.get_doc("Reportability Assessment", doc.assessment)
    if about.status == "open" and not about.submission_reference:
        about.submitted_on, about.submission_reference = doc.submitted_on, doc.authority_reference
        about.flags.ignore_permissions = True
        about.save()
