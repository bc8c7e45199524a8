"""Measures whether a CAPA helped: complaints and units delivered before and after, judged by the engine."""

import math
from datetime import date
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.query_builder.functions import Count
from frappe.utils import add_days, get_datetime, getdate, now_datetime
from pypika.queries import QueryBuilder

from complaint_qms.constants.stages import NO_COMPLAINT
from complaint_qms.engine.effectiveness import Criterion, assess_effect
from complaint_qms.engine.message import join
from complaint_qms.engine.sop.capa import extension_missing
from complaint_qms.exceptions import GateError
from complaint_qms.integrations.erpnext.exposure import units_delivered
from complaint_qms.services.capa import measured_types
from complaint_qms.services.lifecycle.facts import facts_of
from complaint_qms.services.lifecycle.guard import refuse
from complaint_qms.services.record.gate_codes import gate_code
from complaint_qms.services.record.source_defaults import REVIEWERS, check_role

_VERDICTS = {"effective": "effective", "ineffective": "ineffective", "insufficient data": "insufficient_data"}


def compute(doc: Document) -> None:
    """Fill the computed fields of a CAPA in its effectiveness stage and save it.

    The baseline ends on the day before the first action was done, so that a fix under way does not flatter it. What is
    measured is the criterion as stored, which was fixed with the plan. Before the window has ended, the verdict says
    how things stand so far and opens no gate.

    Raises:
        GateError: the CAPA is not in its effectiveness check (G5).
    """
    doc.reload()
    if doc.stage != "effectiveness":
        frappe.throw(
            gate_code("G5") + _("Effectiveness is computed after verification, when the window runs."),
            GateError,
        )
    end_of_baseline = add_days(min(_done_dates(doc) or [getdate(doc.window_start)]), -1)
    baseline = (getdate(add_days(end_of_baseline, 1 - doc.baseline_days)), getdate(end_of_baseline))
    # While the window still runs, what is seen so far is what is measured.
    window = (getdate(doc.window_start), min(getdate(doc.window_end), getdate()))
    before_count, before_exposure = observed_in(doc, *baseline)
    after_count, after_exposure = observed_in(doc, *window)
    counted = (before_count, before_exposure, after_count, after_exposure)
    result = assess_effect(
        *counted, criterion_of(doc), observed_days=max((window[1] - window[0]).days + 1, 0)
    )
    doc.update(
        {
            "before_count": before_count,
            "before_exposure": before_exposure,
            "after_count": after_count,
            "after_exposure": after_exposure,
            "rate_ratio": _finite(result.ratio.ratio),
            "rate_ratio_low": _finite(result.ratio.lower),
            "rate_ratio_high": _finite(result.ratio.upper),
            "verdict": _VERDICTS[result.verdict],
            "verdict_reason": join(result.reasons, _),
            "computed_at": now_datetime(),
        }
    )
    _save_computed(doc)


def reason_in_words(doc: Document) -> str | None:
    """Why the verdict is what it is, in the reader's language: from the stored figures, as long as they still give it."""
    computed = get_datetime(doc.computed_at) if doc.verdict and doc.window_start and doc.window_end else None
    if not computed or any(get_datetime(row.extended_on) > computed for row in doc.window_extensions):
        return doc.verdict_reason
    end = min(getdate(doc.window_end), computed.date())
    figures = (doc.before_count, doc.before_exposure, doc.after_count, doc.after_exposure)
    days = max((end - getdate(doc.window_start)).days + 1, 0)
    try:
        result = assess_effect(*(figure or 0 for figure in figures), criterion_of(doc), observed_days=days)
    except ValueError:
        return doc.verdict_reason
    same = _VERDICTS[result.verdict] == doc.verdict
    return join(result.reasons, _) if same else doc.verdict_reason


def extend(doc: Document, days: int, reason: str | None) -> None:
    """Let the window run `days` longer from today, because at its end the data did not suffice; who, when and why are
    kept. There may be several extensions. The verdict is computed anew when the longer window has ended.

    Raises:
        frappe.PermissionError: the user is no Quality Manager.
        GateError: the verdict at the end of the window is another one, or the user owns what is judged (G5, G6).
    """
    doc.reload()
    check_role(_("extend the window of an effectiveness check"), *REVIEWERS)
    found = extension_missing(facts_of(doc) | {"stage": doc.stage, "stored": doc.as_dict()}, days, reason)
    if found:
        refuse(doc, found)
    doc.window_end = add_days(getdate(), days)
    doc.append(
        "window_extensions",
        {
            "extended_on": now_datetime(),
            "extended_by": frappe.session.user,
            "days": days,
            "window_end": doc.window_end,
            "reason": reason,
        },
    )
    _save_computed(doc)


def criterion_of(doc: Document) -> Criterion:
    """The criterion that was fixed with the plan, as the engine reads it."""
    counted = doc.metric == "complaint_count"
    return Criterion(
        metric="count" if counted else "rate ratio",
        target=float(doc.max_count or 0) if counted else float(doc.max_rate_ratio),
        confidence=(doc.confidence or 95) / 100,
        proof="estimate",
        min_exposure=float(doc.min_exposure or 0),
        min_days=float(doc.window_days or 0),
    )


def observed_in(doc: Document, start: date, end: date) -> tuple[int, float]:
    """Complaints of a CAPA's scope received, and units of it delivered, from `start` to `end`, both included."""
    if end < start:
        return 0, 0.0
    units = units_delivered(start, end, company=doc.company, item_code=doc.item_code, batch_no=doc.batch_no)
    counted = of_scope(doc, start, end).select(Count("*")).run()
    return int(counted[0][0]), max(units, 0.0)


def of_scope(doc: Document, start: date, end: date) -> QueryBuilder:
    """A query over the complaints of a CAPA's scope received in the span; merged, rejected and void ones are no complaints."""
    complaint = frappe.qb.DocType("Complaint")
    query = (
        frappe.qb.from_(complaint)
        .where(complaint.company == doc.company)
        .where((complaint.received_at >= start) & (complaint.received_at < add_days(end, 1)))
        .where(complaint.stage.notin(NO_COMPLAINT))
    )
    for field in ("item_code", "batch_no"):
        if doc.get(field):
            query = query.where(complaint[field] == doc.get(field))
    if doc.complaint_type:
        query = query.where(complaint.complaint_type.isin(measured_types.of(doc)))
    return query


def _save_computed(doc: Document) -> None:
    doc.flags.computed = True
    try:
        doc.save()
    finally:
        doc.flags.computed = False


def _done_dates(doc: Document) -> list[date]:
    return [getdate(row.done_on) for row in doc.actions if row.done_on]


def _finite(value: float) -> Any:
    return value if math.isfinite(value) else None
