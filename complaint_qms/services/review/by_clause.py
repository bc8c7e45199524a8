"""Inputs of a review that no report has: signals of the period, reportable cases, and what became of the actions of the last review."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, fmt_money
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants.review import ACTION, DOCTYPE, OPEN
from complaint_qms.constants.signals import SIGNAL
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import can_read, permitted
from complaint_qms.services.reporting.columns import column, summary
from complaint_qms.services.review.spans import Span

_ASSESSMENT: Final = "Reportability Assessment"
_UNDECIDED: Final = ("new", "under_review")
PUT_AWAY_STATES: Final = ("superseded",)
_MOST_SIGNALS: Final = 500
_NEXT_TO_NONE: Final = 0.05
"""Expected complaints that one place rounds to 0.0."""


def signals_of(span: Span) -> list[frappe._dict]:
    """Signals whose rise reaches into the period and that no better explanation has replaced, as far as the user may see them; those with
    most complaints beyond what was expected first."""
    if not can_read(SIGNAL):
        return []
    filters: dict[str, Any] = {
        "until": (">=", span.first),
        "since": ("<=", span.last),
        "state": ("not in", PUT_AWAY_STATES),
    }
    if span.company:
        filters["company"] = span.company
    fields = [
        "name",
        "title",
        "observed",
        "expected",
        "rate_ratio",
        "since",
        "until",
        "trend",
        "state",
        "decision",
    ]
    rows = frappe.get_list(SIGNAL, filters=filters, fields=fields, order_by="since desc, name desc", limit=_MOST_SIGNALS)  # fmt: skip
    return sorted(rows, key=lambda row: (-((row.observed or 0) - (row.expected or 0)), row.name))


def signal_result(span: Span) -> tuple[list[dict], list[dict], list[dict]]:
    """Columns, rows and numbers of the signals of a period."""
    rows = signals_of(span)
    undecided = sum(row.state in _UNDECIDED for row in rows)
    columns = [
        column("title", _("Signal", context="Complaint QMS")),
        column("observed", _("Complaints"), "Int"),
        column("expected", _("Expected"), "Float", precision=1),
        column("rate_ratio", _("Times as Many"), "Float", precision=1),
        column("since", _("Since"), "Date"),
        column("state", _("State", context="Complaint")),
        column("decision", _("Decision")),
    ]
    shown = [
        {
            **row,
            "title": row.title or row.name,
            # How often as many of none there is no saying.
            "rate_ratio": row.rate_ratio or None,
            "state": word(row.state),
            "decision": word(row.decision) if row.decision else "",
        }
        for row in rows
    ]
    numbers = [
        summary(_("Signals"), len(rows), "blue"),
        summary(_("Not Decided Yet"), undecided, "orange" if undecided else "green"),
    ]
    return columns, shown, numbers


def signal_sentence(row: frappe._dict) -> str:
    """“14 complaints where 4.1 were expected”."""
    if (row.expected or 0) < _NEXT_TO_NONE:
        return _("{0} complaints where next to none were expected").format(
            fmt_money(row.observed or 0, precision=0)
        )
    return _("{0} complaints where {1} were expected").format(
        fmt_money(row.observed or 0, precision=0), fmt_money(row.expected or 0, precision=1)
    )


def reportable_result(span: Span, today: date) -> tuple[list[dict], list[dict], list[dict]]:
    """Columns, rows by jurisdiction and numbers of the assessments whose awareness date lies in the period; one query."""
    table = frappe.qb.DocType(_ASSESSMENT)
    open_, reported = table.status == "open", table.status == "reported"
    within = (table.awareness_date >= span.first) & (table.awareness_date <= span.last)
    query = (
        frappe.qb.from_(table)
        .select(
            table.jurisdiction,
            Count("*"),
            _how_often(open_),
            _how_often(reported),
            _how_often(table.status == "not_reportable"),
            _how_often(reported & (table.submitted_on > table.deadline)),
            _how_often(open_ & (table.deadline < today)),
        )
        .where(within)
        .groupby(table.jurisdiction)
        .orderby(table.jurisdiction)
    )
    if span.company:
        query = query.where(table.company == span.company)
    names = ("assessed", "open", "reported", "not_reportable", "late", "overdue")
    found = permitted(query, _ASSESSMENT).run()
    rows = [
        {"jurisdiction": where or _("Not Set"), **{name: cint(value) for name, value in zip(names, counts, strict=True)}}
        for where, *counts in found
    ]  # fmt: skip
    labels = {
        "assessed": _("Assessed"),
        "open": word("open"),
        "reported": word("reported"),
        "not_reportable": word("not_reportable"),
        "late": _("Reported Late"),
        "overdue": _("Deadline Passed"),
    }
    columns = [
        column("jurisdiction", _("Jurisdiction")),
        *[column(name, labels[name], "Int") for name in names],
    ]
    wholes = {name: sum(row[name] for row in rows) for name in names}
    tones = {"open": "orange", "late": "red", "overdue": "red"}
    numbers = [summary(labels[name], wholes[name], tones.get(name, "blue") if wholes[name] else "green") for name in names]  # fmt: skip
    return columns, rows, numbers


def last_review(company: str, before: date) -> str | None:
    """The submitted review of the company that ended last before a day, as far as the user may see it."""
    filters = {"company": company, "docstatus": 1, "to_date": ("<", before)}
    found = frappe.get_list(
        DOCTYPE, filters=filters, pluck="name", order_by="to_date desc, creation desc", limit=1
    )
    return found[0] if found else None


def last_actions_result(review: str | None, today: date) -> tuple[list[dict], list[dict], list[dict]]:
    """Columns, rows and numbers of the actions of a review, as they stand now."""
    fields = ["action", "responsible", "due_date", "status", "done_on", "capa"]
    filters = {"parent": review or "", "parenttype": DOCTYPE}
    rows = frappe.get_all(ACTION, filters, fields, order_by="idx asc")
    people = values_of("User", {row.responsible for row in rows if row.responsible}, "full_name")
    late = sum(row.status == OPEN and bool(row.due_date) and row.due_date < today for row in rows)
    columns = [
        column("action", _("Decision or Action")),
        column("responsible", _("Responsible", context="Management Review")),
        column("due_date", _("Due Date"), "Date"),
        column("status", _("Status")),
        column("done_on", _("Done On"), "Date"),
        column("capa", _("CAPA")),
    ]
    shown = [{**row, "status": word(row.status), "responsible": people.get(row.responsible) or row.responsible} for row in rows]  # fmt: skip
    still_open = sum(row.status == OPEN for row in rows)
    numbers = [
        summary(_("Actions", context="Management Review"), len(rows), "blue"),
        summary(word("open"), still_open, "orange" if still_open else "green"),
        summary(_("Overdue"), late, "red" if late else "green"),
    ]
    return columns, shown, numbers


def _how_often(condition: Criterion) -> Term:
    return Sum(Case().when(condition, 1).else_(0))
