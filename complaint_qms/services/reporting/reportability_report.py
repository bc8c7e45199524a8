"""The report Reportability: each assessment with its deadline, what was decided, and whether it was in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import date_diff, getdate

from complaint_qms.constants.reportability import RULES
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import read_day
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.columns import column, summary
from complaint_qms.services.reporting.filter_values import check_known, read_choice, read_chosen
from complaint_qms.services.reporting.filters import read_object

_ASSESSMENT: Final = "Reportability Assessment"
_SHOWN: Final = ("open", "overdue", "reported", "reported_late", "not_reportable", "all")


class ReportabilityReport:
    """What the report shows, by its filters.

    Args:
        given: `company` (one or several), `from_date` and `to_date` (awareness), `jurisdiction` (parts of it), `show`: one of `_SHOWN`.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        given = read_object(given)
        check_known(given, (), ("company", "from_date", "to_date", "jurisdiction", "show"))
        filters: list[list[Any]] = []
        if companies := read_chosen(given, "company"):
            filters.append(["company", "in", companies])
        self.places = [
            ["jurisdiction", "like", f"%{_escaped(place.strip())}%"]
            for place in read_chosen(given, "jurisdiction")
        ]
        if day := read_day(_("From Date"), given.get("from_date")):
            filters.append(["awareness_date", ">=", day])
        if day := read_day(_("To Date", context="Complaint"), given.get("to_date")):
            filters.append(["awareness_date", "<=", day])
        self.show = read_choice(given, "show", _SHOWN) or "all"
        if self.show in ("open", "overdue"):
            filters.append(["status", "=", "open"])
        elif self.show in ("reported", "reported_late"):
            filters.append(["status", "=", "reported"])
        elif self.show == "not_reportable":
            filters.append(["status", "=", "not_reportable"])
        self.filters, self.today = filters, getdate()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, None, None, self.summary(rows), True

    def rows(self) -> list[dict[str, Any]]:
        found = frappe.get_list(
            _ASSESSMENT,
            filters=self.filters,
            or_filters=self.places,
            fields=["name", "jurisdiction", "rule_set", "rule_key", "complaint", "signal", "awareness_date", "deadline", "status", "submitted_on",
                    "submission_reference", "decided_by", "assessor", "company"],
            order_by="deadline asc, name asc",
            limit=0,
        )  # fmt: skip
        names = values_of(
            "User", {user for row in found for user in (row.assessor, row.decided_by) if user}, "full_name"
        )
        clauses = _clauses(found)
        rows = [self._row(row, names, clauses) for row in found]
        if self.show in ("overdue", "reported_late"):
            return [row for row in rows if row["days_late"]]
        return rows

    def columns(self) -> list[dict]:
        return [
            column("name", _("Reportability Assessment"), width=150, link_to=_ASSESSMENT),
            column("jurisdiction", _("Jurisdiction"), width=180),
            column("complaint", _("Complaint"), width=140, link_to="Complaint"),
            column("signal", _("Complaint Signal"), width=130, link_to="Complaint Signal"),
            column("rule_key", _("Rule"), width=230),
            column("awareness_date", _("Awareness Date"), "Date"),
            column("deadline", _("Deadline"), "Date"),
            column("status_word", _("Status"), width=120),
            column("days_left", _("Days Left"), "Int", 90),
            column("days_late", _("Days Late"), "Int", 90),
            column("submitted_on", _("Submitted On"), "Date"),
            column("submission_reference", _("Submission Reference"), width=150),
            column("assessor", _("Responsible", context=_ASSESSMENT), width=140),
            column("decided_by", _("Decided By"), width=140),
            column("company", _("Company"), width=140),
        ]

    def summary(self, rows: list[dict[str, Any]]) -> list[dict]:
        counts = {
            key: sum(row["status"] == key for row in rows) for key in ("open", "reported", "not_reportable")
        }
        late = sum(bool(row["days_late"]) and row["status"] == "open" for row in rows)
        reported_late = sum(bool(row["days_late"]) and row["status"] == "reported" for row in rows)
        return [
            summary(_("Assessed"), len(rows)),
            summary(word("open"), counts["open"], "orange" if counts["open"] else "green"),
            summary(_("Deadline Passed"), late, "red" if late else "green"),
            summary(word("reported"), counts["reported"], "blue"),
            summary(_("Reported Late"), reported_late, "red" if reported_late else "green"),
            summary(word("not_reportable"), counts["not_reportable"], "blue"),
        ]

    def _row(
        self, row: frappe._dict, names: Mapping[str, str], clauses: Mapping[tuple[str, str], str]
    ) -> dict[str, Any]:
        due = getdate(row.deadline)
        until = {"open": self.today, "reported": row.submitted_on}.get(row.status)
        over = date_diff(until, due) if until else 0
        return {
            **row,
            "rule_key": clauses.get((row.rule_set or "", row.rule_key or ""), row.rule_key),
            "jurisdiction": _(row.jurisdiction or ""),
            "status_word": word(row.status),
            "days_left": max(-over, 0) if row.status == "open" else None,
            "days_late": over if over > 0 else None,
            "assessor": names.get(row.assessor, row.assessor),
            "decided_by": names.get(row.decided_by, row.decided_by),
        }


def _clauses(rows: list[frappe._dict]) -> dict[tuple[str, str], str]:
    """(rule set or "", rule) → the clause of the law; a rule set says its own, and the app's rules are those of no rule set."""
    asked = sorted({row.rule_set for row in rows if row.rule_set})
    outcomes = frappe.get_all("Reporting Outcome", {"parent": ("in", asked)}, ["parent", "outcome_key", "clause"], order_by="name asc") if asked else []  # fmt: skip
    return {("", rule["key"]): rule["source"] for rule in RULES} | {
        (row.parent, row.outcome_key): row.clause for row in outcomes if row.clause
    }


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
