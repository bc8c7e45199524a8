"""Questions of an assessment: one after another, by the version of the rule set it was begun under.

Each answer keeps who gave it and when. Another answer to an earlier question leaves out what is not asked any more; what was said
before stands in the record's versions and its audit trail.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import escape_html, format_date, getdate, now_datetime

from complaint_qms.constants import roles
from complaint_qms.constants.reportability import (
    ASK_AGAIN,
    MUST_REPORT,
    NEW_INFORMATION,
    NO_REPORT,
    RELEASED,
    RULE_SET,
    SUPPLEMENT,
)
from complaint_qms.engine.decision_tree import DecisionTree, follow_answers, still_possible
from complaint_qms.engine.message import Message
from complaint_qms.engine.sop import Missing
from complaint_qms.services.people.session_users import acting
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.source_defaults import check_role
from complaint_qms.services.reportability.reporting_terms import ReportingTerm, terms_of
from complaint_qms.services.reportability.rule_sets import tree_of

ANSWERS = ("yes", "no", "unknown")


def take_rule_set(doc: Document) -> None:
    """Before anything is reckoned: a rule set that is chosen is in force, and stays once its questions were answered.

    Raises:
        frappe.ValidationError: it is not in force, or answers were given under another one.
    """
    before = doc.get_doc_before_save()
    if before and before.rule_set != doc.rule_set and before.answers:
        frappe.throw(
            gate_code("G3")
            + _("{0} was answered under {1}. For other rules add an assessment of its own.").format(
                escape_html(doc.name), escape_html(before.rule_set or "")
            )
        )
    if not doc.rule_set:
        return
    rule_set = frappe.get_cached_doc(RULE_SET, doc.rule_set)
    if (not before or before.rule_set != doc.rule_set) and rule_set.status != RELEASED:
        frappe.throw(
            gate_code("G3")
            + _("Rule Set: {0} is not in force. Choose one that was released.").format(
                escape_html(doc.rule_set)
            )
        )
    doc.jurisdiction = rule_set.jurisdiction


def take_answers(doc: Document) -> None:
    """Check the answers, stamp those that are new, and set outcome and rule by them.

    Raises:
        frappe.PermissionError: somebody else than Regulatory Affairs answers.
        frappe.ValidationError: an answer to a question that is not asked, or that the question does not know.
    """
    before = doc.get_doc_before_save()
    doc.outcome, doc.outcome_kind = (before.outcome, before.outcome_kind) if before else (None, None)
    if not doc.rule_set:
        if doc.answers:
            refuse(_("Answers: choose the Rule Set whose questions they answer."))
        return
    rule_set = frappe.get_cached_doc(RULE_SET, doc.rule_set)
    tree = tree_of(rule_set)
    stored = {row.question_key: row for row in before.answers} if before else {}
    given = _given(doc, tree)
    standing = follow_answers(tree, given)
    for key, answer in given.items():
        if key not in standing.asked and (key not in stored or stored[key].answer != answer):
            refuse(_("Answers: {0} is not asked after the answers before it.").format(escape_html(key)))
    _stamp(doc, stored, {row.question_key: row.question for row in rule_set.questions}, standing.asked)
    kinds = {row.outcome_key: row.kind for row in rule_set.outcomes}
    doc.outcome, doc.outcome_kind = standing.outcome, kinds.get(standing.outcome or "")
    if not before or before.rule_set != doc.rule_set or answered_anew(doc):
        _set_rule(doc, tree, given)


def answered_anew(doc: Document) -> bool:
    """Whether this save gives, changes or leaves out an answer."""
    before = doc.get_doc_before_save()
    rows = ((row.question_key, row.answer, row.remark or "") for row in doc.answers)
    return list(rows) != [
        (row.question_key, row.answer, row.remark or "") for row in (before.answers if before else ())
    ]


def give_answer(doc: Document, question: str, answer: str, remark: str) -> None:
    """Answer the question that is asked next, or an earlier one otherwise.

    Raises:
        frappe.ValidationError: there is no such question, or it is not asked now; something is wrong with the answer.
    """
    if not doc.rule_set:
        refuse(_("Answers: choose the Rule Set whose questions they answer."))
    if answer not in ANSWERS:
        refuse(_("Answer: choose Yes, No or Unknown."))
    row = next((row for row in doc.answers if row.question_key == question), None)
    if row:
        row.answer, row.remark = answer, remark
    else:
        doc.append("answers", {"question_key": question, "answer": answer, "remark": remark})
    doc.save()


def decision_missing(doc: Document, target: str) -> list[Missing]:
    """What the questions of a rule set hold against a decision. A report may be sent before they are answered: it is not too early."""
    if target != "not_reportable" or not doc.rule_set or is_supplement(doc) or doc.outcome_kind == NO_REPORT:
        return []
    said = {
        MUST_REPORT: Message(
            "The answers say that the event is reported. Correct the answers, or report it."
        ),
        ASK_AGAIN: Message(
            "The answers leave the event undecided. Find out what is unknown, and answer again."
        ),
    }
    unanswered = Message("Answer the questions of the rule set first.")
    return [Missing("G3", "answers", said.get(doc.outcome_kind or "", unanswered), lies_with="record")]


def is_supplement(doc: Document) -> bool:
    """Whether the assessment is of new information about an event that was reported: no questions are asked then."""
    term = terms_of(doc.rule_set).get(doc.rule_key or "") if doc.rule_set else None
    return bool(term and term.counts_from == NEW_INFORMATION)


def shown_questions(doc: Document) -> dict[str, Any] | None:
    """The questions for the form of an assessment, in the present language; None without a rule set.

    Returns:
        {rule_set, version, regulation, may_answer, answered: [{key, question, help, answer, answer_label, remark, by, at}], next: {key, question,
        help, answers: [(answer, label)]} or None, outcome: {kind, kind_label, statement, clause, deadline} or None, supplements: [(key, statement)]}
    """
    if not doc.rule_set:
        return None
    rule_set = frappe.get_cached_doc(RULE_SET, doc.rule_set)
    tree = tree_of(rule_set)
    rows = {row.question_key: row for row in rule_set.questions}
    standing = follow_answers(tree, {row.question_key: row.answer for row in doc.answers})
    outcome = next((row for row in rule_set.outcomes if row.outcome_key == doc.outcome), None)
    if is_supplement(doc):
        outcome = next(row for row in rule_set.outcomes if row.outcome_key == doc.rule_key)
    names = _full_names({row.answered_by for row in doc.answers if row.answered_by})
    return {
        "rule_set": doc.rule_set,
        "version": rule_set.version,
        "regulation": rule_set.regulation,
        "may_answer": doc.status == "open" and roles.REGULATORY in frappe.get_roles() and frappe.has_permission(doc.doctype, "write", doc=doc),
        "answered": [_answered(row, rows.get(row.question_key), names) for row in doc.answers],
        "next": _asked(rows[standing.next]) if standing.next and not is_supplement(doc) else None,
        "outcome": _outcome(outcome, doc) if outcome else None,
        "supplements": [(row.outcome_key, _(row.statement)) for row in rule_set.outcomes if row.kind == SUPPLEMENT],
    }  # fmt: skip


def read_through(rule_set: Document) -> list[dict[str, Any]]:
    """The questions of a rule set as people read them, in the present language: [{question, answers: [(answer, what follows)]}]."""
    places = {row.question_key: place for place, row in enumerate(rule_set.questions, start=1)}
    outcomes = {row.outcome_key: row for row in rule_set.outcomes}

    def follows(key: str) -> str:
        if key in places:
            return _("go on with question {0}").format(places[key])
        row = outcomes.get(key)
        return " · ".join(filter(None, (_(row.statement or ""), row.clause))) if row else key

    return [
        {
            "question": _(row.question or ""),
            "answers": [
                (word(answer), follows(row.get(f"on_{answer}")))
                for answer in ANSWERS
                if row.get(f"on_{answer}")
            ],
        }
        for row in rule_set.questions
    ]


def _given(doc: Document, tree: DecisionTree) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in doc.answers:
        question = tree.question(row.question_key or "")
        place = _("{0}, row {1}").format(_(doc.meta.get_label("answers")), row.idx)
        if not question:
            refuse(
                _("{0}: {1} has no question {2}.").format(
                    place, escape_html(doc.rule_set), escape_html(row.question_key or "")
                )
            )
        if question.key in found:
            refuse(_("{0}: {1} is answered twice.").format(place, escape_html(question.key)))
        if row.answer not in question.leads_to:
            refuse(_("{0}: answer {1} with yes or no.").format(place, escape_html(question.key)))
        found[question.key] = row.answer
    return found


def _stamp(doc: Document, stored: dict[str, Any], texts: dict[str, str], asked: tuple[str, ...]) -> None:
    """Rows in the order in which they are asked, without what is not asked any more; new ones say who and when."""
    rows = {row.question_key: row for row in doc.answers}
    kept = [rows[key] for key in asked]
    if (
        len(kept) < len(rows)
        or any(_differs(row, stored.get(row.question_key)) for row in kept)
        or len(kept) < len(stored)
    ):
        check_role(_("answer the questions of reportability"), roles.REGULATORY)
    for number, row in enumerate(kept, start=1):
        before = stored.get(row.question_key)
        row.idx, row.question = number, texts[row.question_key]
        if _differs(row, before):
            row.answered_by, row.answered_at = acting()[-1], now_datetime()
        else:
            row.answered_by, row.answered_at = before.answered_by, before.answered_at
    doc.answers[:] = kept


def _differs(row: Document, before: Document | None) -> bool:
    return not before or (row.answer, row.remark or "") != (before.answer, before.remark or "")


def _set_rule(doc: Document, tree: DecisionTree, given: dict[str, str]) -> None:
    """The rule of the outcome; while it is open, the one that leaves the least time of those that may still come out."""
    terms = terms_of(doc.rule_set)
    chosen = terms.get(doc.rule_key or "")
    if chosen and chosen.counts_from == NEW_INFORMATION:
        return
    possible = [terms[key] for key in still_possible(tree, given) if key in terms]
    if possible:
        doc.rule_key = min(possible, key=lambda term: (_last_day(term, doc), term.key)).key
    elif not chosen:
        doc.rule_key = None


def _last_day(term: ReportingTerm, doc: Document) -> date:
    day_zero = getdate(doc.awareness_date) if doc.awareness_date else getdate()
    return term.due(day_zero) or date.max


def _answered(row: Document, question: Document | None, names: dict[str, str]) -> dict[str, Any]:
    return {
        "key": row.question_key,
        "question": _(row.question or ""),
        "help": _(question.help_text or "") if question else "",
        "answers": _answers_of(question) if question else [],
        "answer": row.answer,
        "answer_label": word(row.answer),
        "remark": row.remark or "",
        "by": names.get(row.answered_by or "", row.answered_by or ""),
        "at": row.answered_at,
    }


def _asked(question: Document) -> dict[str, Any]:
    return {
        "key": question.question_key,
        "question": _(question.question),
        "help": _(question.help_text or ""),
        "answers": _answers_of(question),
    }


def _answers_of(question: Document) -> list[tuple[str, str]]:
    return [(answer, word(answer)) for answer in ANSWERS if question.get(f"on_{answer}")]


def _outcome(row: Document, doc: Document) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "kind_label": word(row.kind),
        "statement": _(row.statement),
        "clause": row.clause,
        "deadline": format_date(doc.deadline)
        if row.kind in (MUST_REPORT, SUPPLEMENT) and doc.deadline
        else None,
    }


def _full_names(users: set[str]) -> dict[str, str]:
    rows = (
        frappe.get_all("User", {"name": ("in", sorted(users))}, ["name", "full_name"], order_by="name asc")
        if users
        else []
    )
    return {row.name: row.full_name for row in rows}
