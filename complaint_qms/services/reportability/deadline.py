"""Deadline of a reportability assessment, counted by the engine from awareness or from what its rule names."""

from datetime import date

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_date, get_datetime, getdate

from complaint_qms.constants import roles
from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.sop.exits import FOUND_REPORTABLE
from complaint_qms.engine.sop.gates import blank
from complaint_qms.exceptions import GateError
from complaint_qms.services.lifecycle.reliance import assessment_reopened
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.language import comma_list
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.reportability.applicable_rules import is_reported, rules, shortest
from complaint_qms.services.reportability.of_signals import known_of_signal
from complaint_qms.services.reportability.questionnaire import answered_anew
from complaint_qms.services.reportability.reporting_terms import ReportingTerm, term_of_rule, terms_of

# The event a rule counts from → field of the assessment with its day.
_DAY_ZERO = {"awareness": "awareness_date", "new_information": "information_date"}
_BASIS = ("complaint", "signal", "rule_set", "rule_key", "awareness_date", "information_date", "deadline")
# Stages at which nothing about a complaint has been decided yet.
_UNTRIAGED = ("intake", "triage", "on_hold")


def set_deadline(doc: Document) -> None:
    """Set the deadline of an assessment from its rule; one without a rule keeps the date that was entered.

    Work days leave out what the law that gives the term leaves out, or the days of a holiday list as they were when the rule
    set was released. The deadline is reckoned when the assessment is made and when what it counts from changes. An answer of
    Regulatory Affairs is reason enough for a later day, but not for one later than the harm of the complaint leaves.

    Raises:
        GateError: the deadline would move to a later day, and not by Regulatory Affairs with a reason.
        frappe.ValidationError: the rule is unknown, the day it counts from is missing, another date than the rule's was
            entered, or there is neither a rule nor a date.
    """
    before = doc.get_doc_before_save()
    if before and not any(doc.has_value_changed(name) for name in _BASIS):
        doc.deadline, doc.basis_reason = before.deadline, before.basis_reason
        return
    terms = _terms(doc)
    rule = terms.get(doc.rule_key or "")
    if doc.rule_key and not rule:
        frappe.throw(
            gate_code("G3")
            + _("There is no reporting rule {0}. Choose one of {1}.").format(
                escape_html(doc.rule_key), escape_html(comma_list(sorted(terms)))
            )
        )
    if rule and rule.days is not None:
        field = _DAY_ZERO[rule.counts_from]
        if not doc.get(field):
            frappe.throw(
                gate_code("G3")
                + _("The deadline of rule {0} counts from {1}. Enter that date.").format(
                    escape_html(rule.key), _(doc.meta.get_label(field))
                )
            )
        counted = rule.due(getdate(doc.get(field)))
        _check_entered(doc, rule, counted)
        doc.deadline = counted
    elif not doc.deadline:
        frappe.throw(gate_code("G3") + _("Choose the Rule that sets the deadline, or enter the Deadline."))
    if before and getdate(doc.deadline) > getdate(before.deadline):
        _check_moved_later(doc)
    if not before:
        _check_first(doc, rule)


def check_dates(doc: Document) -> None:
    """Nobody knows of tomorrow, and information is new only after the event was known.

    Raises:
        frappe.ValidationError: a date that cannot be.
    """
    if doc.submitted_on and getdate(doc.submitted_on) > getdate():
        frappe.throw(_("Submitted On lies in the future. Enter when the report was sent."))
    if doc.awareness_date and getdate(doc.awareness_date) > getdate():
        frappe.throw(_("Awareness Date lies in the future. Enter when the company first knew of the event."))
    if not doc.information_date:
        return
    if getdate(doc.information_date) > getdate():
        frappe.throw(_("New Information On lies in the future. Enter when the new information arrived."))
    if doc.awareness_date and getdate(doc.information_date) < getdate(doc.awareness_date):
        frappe.throw(_("New Information On is before Awareness Date. Correct one of them."))


def check_awareness(doc: Document) -> None:
    """The company knew of the event no later than its complaint says.

    Raises:
        frappe.ValidationError: a later date, which would move the deadline.
    """
    known = (
        frappe.db.get_value("Complaint", doc.complaint, "awareness_date")
        if doc.complaint
        else known_of_signal(doc.signal)
    )
    if known and getdate(doc.awareness_date) > getdate(known):
        sentence = (
            _("The complaint was known on {0}: Awareness Date cannot be later.")
            if doc.complaint
            else _("The signal was known on {0}: Awareness Date cannot be later.")
        )
        frappe.throw(gate_code("G3") + sentence.format(format_date(known)))


def check_withdrawn(complaint: Document) -> None:
    """What was found reportable is taken back by an assessment; while the complaint was never triaged also by who may
    decide, but what Regulatory Affairs found by themselves alone, with a reason.

    Raises:
        GateError: no assessment decided so since, or another one is open or reported; the reason is missing.
        frappe.PermissionError: not triaged, found by Regulatory Affairs, and not by them.
    """
    before = complaint.get_doc_before_save()
    if not before or before.reportable not in FOUND_REPORTABLE or complaint.reportable == "yes":
        return
    if _cleared(complaint, before):
        return
    if not was_triaged(complaint):
        if before.found_by_regulatory:
            check_role(_("take back what {0} found reportable").format(_(roles.REGULATORY)), roles.REGULATORY)
            _check_reason(
                complaint,
                "reportable_reason",
                gate_code("G3")
                + _("Write why the event is not reportable any more ({0}); the reason is kept."),
            )
        return
    frappe.throw(
        gate_code("G3") + _(
            "This event was found reportable. A finished assessment that decides otherwise takes that back; {0} decide it."
        ).format(_(roles.REGULATORY)),
        GateError,
    )  # fmt: skip


def keep_finding(complaint: Document) -> None:
    """What Regulatory Affairs found reportable stays their finding until it is taken back, whoever repeats it or is less
    certain of it; a reason that takes nothing back does not replace the one that did."""
    before = complaint.get_doc_before_save()
    found = bool(before and before.found_by_regulatory)
    changed = complaint.reportable != (before.reportable if before else None)
    taken_back = changed and found and complaint.reportable != "yes"
    if not taken_back:
        complaint.reportable_reason = before.reportable_reason if before else None
    if complaint.reportable not in FOUND_REPORTABLE:
        found = False
    elif changed and not complaint.flags.by_import and roles.REGULATORY in frappe.get_roles():
        found = True
    complaint.found_by_regulatory = int(found)


def check_relied_on(assessment: Document) -> None:
    """The decision behind a complaint that has ended stands; what is new is assessed anew.

    Raises:
        GateError: naming the complaint.
    """
    stage = assessment_reopened(assessment.complaint)
    if stage in COMPLAINT_ENDED:
        frappe.throw(
            gate_code("G3") + _("Complaint {0} has ended and rests on this decision. Have it reopened first, or add an assessment of what is new.").format(
                escape_html(assessment.complaint)
            ),
            GateError,
        )  # fmt: skip


def was_triaged(complaint: Document) -> bool:
    """Whether the complaint has ever left triage; going back to it takes no decision back."""
    return any(row.stage not in _UNTRIAGED for row in complaint.stage_log)


def keep_awareness(complaint: Document) -> None:
    """The awareness date of a complaint moves to an earlier day freely, to a later one by Regulatory Affairs alone.

    The company knew no later than it received the complaint. A date that was taken away is put back.

    Raises:
        GateError: a later day without a reason.
        frappe.PermissionError: a later day, and not by Regulatory Affairs.
    """
    before = complaint.get_doc_before_save()
    received = getdate(complaint.received_at) if complaint.received_at else None
    known = getdate(before.awareness_date) if before and before.awareness_date else received
    said = getdate(complaint.awareness_date) if complaint.awareness_date else known
    counted_from_receipt = before and before.received_at and known == getdate(before.received_at)
    if said == known and counted_from_receipt and received and received < known:
        said = received
    complaint.awareness_date = said
    if said and known and said > known:
        _check_later(complaint, "awareness_reason", _("move Awareness Date to a later day"))
    else:
        complaint.awareness_reason = before.awareness_reason if before else None


def follow_awareness(complaint: Document) -> None:
    """After a save: open assessments count from no later day than their complaint was known."""
    before = complaint.get_doc_before_save()
    known = complaint.awareness_date
    if not before or not known or getdate(before.awareness_date) == known:
        return
    late = {"complaint": complaint.name, "status": "open", "awareness_date": (">", known)}
    for name in frappe.get_all("Reportability Assessment", filters=late, pluck="name", order_by="name asc"):
        assessment = frappe.get_doc("Reportability Assessment", name)
        assessment.awareness_date = known
        assessment.flags.ignore_permissions = True
        assessment.save()


def follow_harm(complaint: Document) -> None:
    """After a save: graver harm puts open assessments under the rule that now leaves the least time."""
    before = complaint.get_doc_before_save()
    if not before or before.harm_level == complaint.harm_level:
        return
    still_open = {"complaint": complaint.name, "status": "open"}
    for name in frappe.get_all(
        "Reportability Assessment", filters=still_open, pluck="name", order_by="name asc"
    ):
        assessment = frappe.get_doc("Reportability Assessment", name)
        least = shortest(assessment)
        if least and least[1] < getdate(assessment.deadline):
            assessment.rule_key = least[0]
            assessment.flags.ignore_permissions = True
            assessment.save()


def _cleared(complaint: Document, before: Document) -> bool:
    """Whether assessments decided since that the event is not reportable, all of them."""
    rows = frappe.get_all(
        "Reportability Assessment",
        filters={"complaint": complaint.name},
        fields=["status", "decided_at"],
        order_by="name asc",
    )
    since = get_datetime(before.reportable_since or before.triage_decided_at or before.creation)
    cleared = [
        row
        for row in rows
        if row.status == "not_reportable" and row.decided_at and get_datetime(row.decided_at) >= since
    ]
    return bool(
        complaint.reportable == "no" and cleared and all(row.status == "not_reportable" for row in rows)
    )


def _terms(doc: Document) -> dict[str, ReportingTerm]:
    if doc.rule_set:
        return terms_of(doc.rule_set)
    return {key: term_of_rule(rule) for key, rule in rules().items()}


def _check_moved_later(doc: Document) -> None:
    deed = _("move the deadline of {0} to a later day").format(escape_html(doc.name))
    if doc.rule_set and answered_anew(doc):
        check_role(deed, roles.REGULATORY)
        least = shortest(doc)
        if not least or getdate(doc.deadline) <= least[1]:
            return
    _check_later(doc, "basis_reason", deed)


def _check_entered(doc: Document, rule: ReportingTerm, counted: date) -> None:
    """Whoever enters another date than the rule counts is told so; what they entered is not lost in silence."""
    before = doc.get_doc_before_save()
    entered = getdate(doc.deadline) if doc.deadline else None
    if entered and entered != counted and not (before and entered == getdate(before.deadline)):
        frappe.throw(
            _(
                "Deadline: rule {0} sets it to {1}. Enter that date, or empty Rule to enter one by hand."
            ).format(escape_html(rule.key), format_date(counted))
        )


def _check_later(doc: Document, field: str, deed: str) -> None:
    """A later day is for Regulatory Affairs, with a reason of its own that is kept."""
    check_role(deed, roles.REGULATORY)
    _check_reason(
        doc, field, gate_code("G3") + _("Write why the clock starts later ({0}); the reason is kept.")
    )


def _check_reason(doc: Document, field: str, sentence: str) -> None:
    """A reason of its own, written with this save; `sentence` has a place for the field's name."""
    before = doc.get_doc_before_save()
    if blank(doc.get(field)) or (before and before.get(field) == doc.get(field)):
        frappe.throw(sentence.format(_(doc.meta.get_label(field))), GateError)


def _check_first(doc: Document, rule: ReportingTerm | None) -> None:
    """A new assessment has no more time than the rules give: what counts from new information supplements a report, a
    date entered by hand lies within the longest term, and the harm that is known calls for no shorter rule."""
    longest = max(known.days or 0 for known in _terms(doc).values())
    least = shortest(doc)
    if rule and rule.counts_from == "new_information" and not is_reported(doc):
        deed = _("count from new information before the event was reported")
    elif (not rule or rule.days is None) and (
        getdate(doc.deadline) - getdate(doc.awareness_date)
    ).days > longest:
        deed = _("enter a deadline more than {0} days after Awareness Date").format(escape_html(longest))
    elif least and getdate(doc.deadline) > least[1]:
        deed = _(
            "take more time than rule {0} leaves, which the harm of the complaint calls for ({1})"
        ).format(escape_html(least[0]), format_date(least[1]))
    else:
        doc.basis_reason = None
        return
    _check_later(doc, "basis_reason", deed)
