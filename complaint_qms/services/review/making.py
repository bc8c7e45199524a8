"""A review takes the figures of its period when it is made, and keeps them: what a request sends as a figure is put back."""

from __future__ import annotations

import json
from typing import Any, Final

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language
from frappe.utils import getdate, now_datetime

from complaint_qms.constants.review import CANCELLED, DOCTYPE, DONE, MONTHS, OPEN, SECTIONS
from complaint_qms.services.lifecycle import guard
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import labelled
from complaint_qms.services.record.text_cleaning import as_typed
from complaint_qms.services.review.by_clause import last_review
from complaint_qms.services.review.inputs import ReviewInputs
from complaint_qms.services.review.spans import Span, last_whole, whole_period
from complaint_qms.services.review.tasks import check_responsible, follow_actions, give_tasks

STAMPS: Final = (
    "to_date", "title", "previous_review", "figures_at", "figures_by", "submitted_by", "submitted_at", "draft_mailed_at", "mailed_at", "by_schedule",
)  # fmt: skip
"""What the app alone writes."""
_OF_THE_PERIOD: Final = (
    "company", "period_kind", "from_date", "language", "to_date", "title", "previous_review", "figures_at", "figures_by",
)  # fmt: skip


def begin_review(doc: Document) -> None:
    """A new review takes the figures of its period; one that amends another has those of the other, as they were."""
    period = doc.from_date
    guard.protect(doc, STAMPS)
    doc.by_schedule = int(bool(doc.flags.by_schedule))
    if source := _amended(doc):
        doc.update({name: source.get(name) for name in _OF_THE_PERIOD})
        _lay_rows(doc, {row.section: row.figures for row in source.sections})
    # What is missing or no choice is told by the framework, further on.
    elif doc.company and doc.period_kind in MONTHS:
        _set_period(doc, period)
        doc.language = doc.language or frappe.local.lang
        take_figures(doc)


def keep_figures(doc: Document) -> None:
    """Put back what was frozen in a stored draft."""
    if (before := doc.get_doc_before_save()) and not doc.flags.taken_anew:
        guard.protect(doc, STAMPS)
        _lay_rows(doc, {row.section: row.figures for row in before.sections})


def take_anew(doc: Document) -> None:
    """Count a draft's figures again, as they are now; what was said in it stays.

    Raises:
        frappe.ValidationError: it is no draft.
    """
    if not doc.docstatus.is_draft():
        refuse(_("Only the figures of a draft are taken anew. Cancel and amend the review."))
    take_figures(doc)
    doc.flags.taken_anew = True
    doc.save()


def take_figures(doc: Document) -> None:
    """Count everything as it is now, with the rights of the session's user and in the language of the review."""
    now = now_datetime()
    span = Span(doc.company, getdate(doc.from_date), getdate(doc.to_date))
    doc.previous_review = last_review(doc.company, getdate(doc.to_date))
    with print_language(doc.language or "en"):
        doc.title = title_of(doc)
        sections = ReviewInputs(span, doc.previous_review, now).sections()
    doc.figures_at, doc.figures_by = now, frappe.session.user
    _lay_rows(doc, {key: json.dumps(data, ensure_ascii=False) for key, data in sections.items()})


def title_of(doc: Document) -> str:
    """“Management Review 2026-Q3”, in the present language."""
    first = getdate(doc.from_date)
    named = {"monthly": f"{first:%Y-%m}", "quarterly": _("Q{0} {1}").format((first.month + 2) // 3, first.year), "yearly": str(first.year)}  # fmt: skip
    return _("Management Review {0}").format(named[doc.period_kind])


def sections_of(doc: Document) -> list[dict[str, Any]]:
    """The sections as they were frozen, each with the comment of whoever reviews."""
    return [{**json.loads(row.figures or "{}"), "key": row.section, "commentary": as_typed(row.commentary or "")} for row in doc.sections]  # fmt: skip


def check_review(doc: Document) -> None:
    """Raises:
    frappe.ValidationError: an action is done before it could be, or says nothing of who and by when.
    """
    for row in doc.actions:
        place = _("Decisions and Actions, row {0}").format(row.idx)
        if row.status == DONE and not row.done_on:
            row.done_on = getdate()
        if row.status in (OPEN, CANCELLED):
            row.done_on = None
        if row.done_on and getdate(row.done_on) > getdate():
            refuse(labelled(place, _("Done On lies in the future. Enter the day on which it was done.")))
    if not doc.docstatus.is_cancelled() and not _is_stored_as_submitted(doc):
        check_responsible(doc)


def sign_off(doc: Document) -> None:
    """What submitting asks for and leaves behind: who said so, and a task for each open action.

    Raises:
        frappe.ValidationError: nothing was concluded.
    """
    if not (doc.conclusion or "").strip():
        refuse(labelled(_label(doc, "conclusion"), _("say whether the quality management system is suitable, adequate and effective, before the review is submitted.")))  # fmt: skip
    doc.submitted_by, doc.submitted_at = frappe.session.user, now_datetime()
    give_tasks(doc)


def keep_actions(doc: Document) -> None:
    """After submission the state of an action is all that changes.

    Raises:
        frappe.ValidationError: an action was added or taken away.
    """
    guard.protect(doc, STAMPS)
    before = doc.get_doc_before_save()
    if before and {row.name for row in before.actions} != {row.name for row in doc.actions}:
        refuse(
            _("Actions of a submitted review are neither added nor taken away. Cancel and amend the review.")
        )
    check_review(doc)
    follow_actions(doc)


def _is_stored_as_submitted(doc: Document) -> bool:
    before = doc.get_doc_before_save()
    return bool(before) and before.docstatus.is_submitted()


def _amended(doc: Document) -> Document | None:
    """The review that a new one amends; nothing where it only claims to."""
    if not (doc.is_new() and doc.amended_from):
        return None
    found = frappe.get_doc(DOCTYPE, doc.amended_from)
    return found if found.docstatus.is_cancelled() else None


def _set_period(doc: Document, first: Any) -> None:
    """The whole calendar period that the first day lies in; the last one that has ended without a day.

    Raises:
        frappe.ValidationError: it has not begun.
    """
    today = getdate()
    begin, end = (
        whole_period(doc.period_kind, getdate(first)) if first else last_whole(doc.period_kind, today)
    )
    if begin > today:
        label = _label(doc, "from_date")
        refuse(labelled(label, _("the period has not begun yet. Choose a day that has come.")))
    doc.from_date, doc.to_date = begin, end


def _label(doc: Document, field: str) -> str:
    return _(doc.meta.get_label(field), context=doc.doctype)


def _lay_rows(doc: Document, figures: dict[str, str]) -> None:
    """One row a section, in the order of the review, with what was said in it."""
    there = {row.section: row for row in doc.sections or ()}
    rows = []
    for key in SECTIONS:
        row = there.get(key) or doc.append("sections", {"section": key})
        row.figures = figures.get(key) or "{}"
        rows.append(row)
    doc.sections[:] = rows
    for at, row in enumerate(rows, start=1):
        row.idx = at
