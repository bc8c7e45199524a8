"""What customers say of how their complaints were handled: by month, customer, type or handler."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import cint, flt, fmt_money
from pypika.functions import Extract
from pypika.terms import Case, Criterion, Term

from complaint_qms.constants.settings import SETTINGS
from complaint_qms.constants.survey import ANSWERED, DOCTYPE
from complaint_qms.engine.proportions import wilson
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.language import month_name
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import column, percent, sentences, summary
from complaint_qms.services.reporting.filters import ReportFilters, read_object

SATISFIED: Final = 4
"""Stars from which a customer counts as satisfied."""
_PROMOTERS: Final = ("9", "10")
_DETRACTORS: Final = tuple(str(score) for score in range(7))
_GROUPS: Final = ("month", "customer", "complaint_type", "handler")
_MOST_SHOWN: Final = 15


@dataclass
class Tally:
    """Answers of one group: how many were asked, and answered; `replied` are answers of those who were asked."""

    asked: int = 0
    replied: int = 0
    answers: int = 0
    stars: int = 0
    satisfied: int = 0
    scored: int = 0
    promoters: int = 0
    detractors: int = 0
    unsolved: int = 0
    second_looks: int = 0

    def add(self, other: Tally) -> None:
        for part in fields(self):
            setattr(self, part.name, getattr(self, part.name) + getattr(other, part.name))

    @property
    def mean(self) -> float | None:
        return round(self.stars / self.answers, 2) if self.answers else None

    @property
    def nps(self) -> float | None:
        """Promoters less detractors, in percent of those who said whether they would recommend us; -100 to 100."""
        return round(100 * (self.promoters - self.detractors) / self.scored) if self.scored else None


class Satisfaction:
    """Counts of surveys, each at the time it was sent, or answered where nobody had asked."""

    def __init__(self, given: Mapping | str | None) -> None:
        self.filters = ReportFilters.read(given, own=("by",))
        by = read_object(given).get("by")
        self.by = by if by in _GROUPS else _GROUPS[0]
        self.tallies = self._counted()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        return self.columns(), self.rows(), self.message(), self.chart(), self.summary(), True

    def columns(self) -> list[dict]:
        share = {"fieldtype": "Percent", "width": 150}
        links = {"customer": "Customer", "complaint_type": "Complaint Type"}
        names = {
            "month": _("Month"),
            "customer": _("Customer"),
            "complaint_type": _("Complaint Type"),
            "handler": _("Handler"),
        }
        more = {"link_to": links[self.by], "link_from": "key"} if self.by in links else {}
        return [
            column("group", names[self.by], width=200, **more),
            column("asked", _("Asked"), "Int", 90),
            column("answers", _("Answers"), "Int", 100),
            column("rate", _("Response Rate"), **share),
            column("mean", _("CSAT (1–5)"), "Float", 130, precision=2),
            column("satisfied", _("Satisfied (4–5)"), **share),
            column("lower", _("At Least"), **share),
            column("upper", _("At Most"), **share),
            column("nps", _("NPS"), "Int", 100),
            column("scored", _("NPS Answers"), "Int", 150),
            column("unsolved", _("Not Solved"), "Int", 110),
            column("second_looks", _("Second Looks"), "Int", 130),
        ]

    def rows(self) -> list[dict]:
        """One row a group: months in their order, others by how many have answered."""
        keys = list(self.tallies)
        if self.by == "month":
            keys.sort()
        else:
            keys.sort(key=lambda key: (-self.tallies[key].answers, str(key)))
        names = self._names()
        return [{"key": key, "group": names[key], **_figures(self.tallies[key])} for key in keys]

    def message(self) -> str:
        if not self.tallies:
            told = (
                _("No customer was asked or has answered in this time. Widen the period or clear a filter, or switch surveys on in Complaint QMS Settings.")
                if frappe.has_permission(SETTINGS, "write")
                else _("No customer was asked or has answered in this time. Widen the period or clear a filter, or ask a System Manager to switch surveys on in Complaint QMS Settings.")
            )  # fmt: skip
            return sentences([told])
        return sentences(
            [
                _("“At Least” and “At Most” hold the share of satisfied customers with 95 % confidence; few answers say little."),
                _("A survey counts on the day it was sent; stars that nobody asked for count on their own day and in no response rate."),
            ]
        )  # fmt: skip

    def chart(self) -> dict | None:
        rows = [row for row in self.rows() if row["answers"]]
        if not rows:
            return None
        rows = rows[-24:] if self.by == "month" else rows[:_MOST_SHOWN]
        return {
            "data": {
                "labels": [row["group"] for row in rows],
                "datasets": [{"name": _("CSAT (1–5)"), "values": [row["mean"] for row in rows]}],
            },
            "type": "line" if self.by == "month" and len(rows) > 1 else "bar",
            "colors": ["#3BA272"],
            "height": 220,
        }

    def summary(self) -> list[dict]:
        whole = Tally()
        for tally in self.tallies.values():
            whole.add(tally)
        if not (whole.asked or whole.answers):
            return []
        found = _figures(whole)
        shown = [summary(_("Answers"), whole.answers)]
        if whole.asked:
            shown.append(summary(_("Response Rate"), found["rate"], "blue", "Percent"))
        if whole.answers:
            colour = "green" if whole.mean >= SATISFIED else "orange" if whole.mean >= 3 else "red"
            # The view would show as many places as the site has for any number.
            shown.append(summary(_("CSAT (1–5)"), fmt_money(whole.mean, precision=2), colour, "Data"))
            shown.append(summary(_("Satisfied (4–5)"), found["satisfied"], "", "Percent"))
        if whole.scored:
            shown.append(summary(_("NPS"), whole.nps, "green" if whole.nps > 0 else "red"))
        return shown

    def _counted(self) -> dict[Any, Tally]:
        """Group → its figures; one query."""
        survey, complaint = frappe.qb.DocType(DOCTYPE), frappe.qb.DocType("Complaint")
        moment = Coalesce(survey.sent_at, survey.answered_at)
        group = {
            "month": Extract("YEAR_MONTH", moment),
            "customer": Coalesce(survey.customer, ""),
            "complaint_type": Coalesce(survey.complaint_type, ""),
            "handler": Coalesce(survey.handler, ""),
        }[self.by]
        answered, asked = survey.state == ANSWERED, survey.sent_at.isnotnull()
        query = (
            frappe.qb.from_(survey)
            .inner_join(complaint)
            .on(complaint.name == survey.complaint)
            .select(
                group.as_("key"),
                _how_many(asked, "asked"),
                _how_many(asked & answered, "replied"),
                _how_many(answered, "answers"),
                Sum(Case().when(answered, survey.csat).else_(0)).as_("stars"),
                _how_many(answered & (survey.csat >= SATISFIED), "satisfied"),
                _how_many(answered & (Coalesce(survey.nps, "") != ""), "scored"),
                _how_many(answered & survey.nps.isin(_PROMOTERS), "promoters"),
                _how_many(answered & survey.nps.isin(_DETRACTORS), "detractors"),
                _how_many(answered & (survey.solved == "no"), "unsolved"),
                _how_many(Coalesce(survey.second_look, "") != "", "second_looks"),
            )
            .groupby(group)
        )
        query = self.filters.apply_undated(query, complaint)
        within = self.filters.within(moment)
        query = permitted(query if within is None else query.where(within))
        names = [part.name for part in fields(Tally)]
        return {
            row["key"]: Tally(**{name: cint(flt(row[name])) for name in names})
            for row in query.run(as_dict=True)
            if row["key"] is not None
        }

    def _names(self) -> dict[Any, str]:
        if self.by == "month":
            return {key: month_name(date(key // 100, key % 100, 1)) for key in self.tallies}
        keys = [key for key in self.tallies if key]
        if self.by == "customer":
            found = values_of("Customer", keys, "customer_name")
        elif self.by == "handler":
            found = values_of("User", keys, "full_name")
        else:
            found = {key: _(key) for key in keys}
        return {key: found.get(key) or key or _("Not Set") for key in self.tallies}


def _how_many(condition: Criterion, name: str) -> Term:
    return Sum(Case().when(condition, 1).else_(0)).as_(name)


def _figures(tally: Tally) -> dict[str, Any]:
    share = wilson(tally.satisfied, tally.answers)
    return {
        "asked": tally.asked,
        "answers": tally.answers,
        "rate": percent(tally.replied, tally.asked),
        "mean": tally.mean,
        "satisfied": percent(tally.satisfied, tally.answers),
        "lower": round(100 * share.lower, 1) if share else None,
        "upper": round(100 * share.upper, 1) if share else None,
        "nps": tally.nps,
        "scored": tally.scored,
        "unsolved": tally.unsolved,
        "second_looks": tally.second_looks,
    }
