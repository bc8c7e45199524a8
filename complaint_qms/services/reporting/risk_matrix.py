"""Complaints by severity and occurrence, on the grid and in the colours of the site's own risk matrix."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace

import frappe
from frappe import _
from frappe.query_builder.functions import Count, Sum
from frappe.utils import cint, escape_html
from pypika.terms import Case

from complaint_qms.constants.stages import COMPLAINT_ENDED
from complaint_qms.engine.risk import Cell
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.record.language import comma_list, labelled, sentence_list
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.columns import (
    column,
    nothing_found,
    percent,
    sentences,
    summary,
)
from complaint_qms.services.reporting.filters import ReportFilters, list_link, read_object
from complaint_qms.services.risk.matrix import matrix_for, matrix_of

NOT_SET = ""
COUNT_OF = "count_of"
"""Filter: what a cell counts."""


@dataclass
class Tally:
    """Complaints of one cell.

    Attributes:
        total: in the period.
        open: of those, how many have not ended.
        before: in the equally long period before; meaningless without a whole period.
    """

    total: int = 0
    open: int = 0
    before: int = 0

    def add(self, other: Tally) -> None:
        self.total += other.total
        self.open += other.open
        self.before += other.before


@dataclass(frozen=True)
class Grid:
    """A site's risk matrix as it is drawn: severities gravest first, with their colours; occurrences rarest first."""

    name: str
    colors: Mapping[str, str | None]
    occurrences: list[str]
    cells: Mapping[tuple[str, str], Cell]

    @property
    def severities(self) -> list[str]:
        return list(self.colors)


class RiskMatrixReport:
    """Counts and open counts per cell, movement since the period before, and what the matrix does not hold."""

    def __init__(self, given: Mapping | str | None) -> None:
        given = read_object(given)
        self.given = given
        self.filters = ReportFilters.read(given, own=("risk_matrix", COUNT_OF))
        self.grid = read_grid(given.get("risk_matrix") or default_matrix(self.filters.only("company")))
        self.tallies = self._count()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        total = self._sum(self.tallies)
        return self.columns(), self.rows(), self.message(total), None, self.summary(total), True

    def columns(self) -> list[dict]:
        width = max(800 // len(self.grid.occurrences), 120)
        occurrences = [
            column(f"o{at}", _(level), "Int", width, align="center")
            for at, level in enumerate(self.grid.occurrences)
        ]
        return [
            column("severity", _("Severity"), width=150),
            *occurrences,
            column("total", _("Total", context="Complaint Settlement"), "Int", 140, align="center"),
            column("open", word("open"), "Int", 80),
        ]

    def rows(self) -> list[dict]:
        """One row per severity, gravest first, then the totals of the columns.

        Beside its numbers a row carries `cells`: fieldname → what the view paints and where a click leads.
        """
        if not self.tallies:
            return []
        rows = [self._row(level) for level in self.grid.severities]
        return [*rows, self._total_row()]

    def message(self, total: Tally) -> str:
        """What is not in the grid, each part a link to its records; or what to do when there is nothing."""
        empty = "" if total.total else nothing_found(self.filters.is_narrow)
        return sentences(
            [empty, self._not_assessed(), self._elsewhere(), self._legend(total), self.filters.not_listed()]
        )

    def summary(self, total: Tally) -> list[dict]:
        """The figures above the grid."""
        if not self.tallies:
            return []
        inside = {key: one for key, one in self.tallies.items() if key in self.grid.cells}
        unacceptable = self._sum(
            {k: one for k, one in inside.items() if self.grid.cells[k].acceptability == "unacceptable"}
        )
        assessed = self._sum(inside)
        shown = [
            summary(_("Complaints"), total.total, "blue"),
            summary(word("open"), total.open, "orange" if total.open else "green"),
            summary(_("Unacceptable and Open"), unacceptable.open, "red" if unacceptable.open else "green"),
            summary(_("Assessed %"), percent(assessed.total, total.total), "blue", "Percent"),
        ]
        if self.filters.has_period:
            shown.append(summary(_("Period Before"), total.before, "blue"))
        return shown

    def _count(self) -> dict[tuple[str, str], Tally]:
        """One query: (severity, occurrence) → tally, over this period and the one before it."""
        complaint = frappe.qb.DocType("Complaint")
        before = self.filters.previous()
        moment = self.filters.moment(complaint)
        here = self.filters.within(moment)
        ended = complaint.stage.isin(COMPLAINT_ENDED)
        if before:
            now = Sum(Case().when(here, 1).else_(0))
            opened = Sum(Case().when(here & ended.negate(), 1).else_(0))
            span = replace(self.filters, from_date=before.from_date).within(moment)
        else:
            now = Count("*")
            opened = Sum(Case().when(ended, 0).else_(1))
            span = here
        query = (
            frappe.qb.from_(complaint)
            .select(complaint.severity, complaint.occurrence, now.as_("total"), opened.as_("open"))
            .groupby(complaint.severity, complaint.occurrence)
        )
        if before:
            query = query.select(Count("*").as_("both"))
        if span is not None:
            query = query.where(span)
        query = permitted(self.filters.apply_undated(query, complaint))
        tallies: dict[tuple[str, str], Tally] = defaultdict(Tally)
        for row in query.run(as_dict=True):
            total = cint(row.total)
            key = (row.severity or NOT_SET, row.occurrence or NOT_SET)
            tallies[key].add(Tally(total, cint(row.open), cint(row.both) - total if before else 0))
        return dict(tallies)

    def _row(self, severity: str) -> dict:
        row: dict = {"severity": _(severity), "color": self.grid.colors[severity], "cells": {}}
        whole = Tally()
        for at, occurrence in enumerate(self.grid.occurrences):
            tally = self.tallies.get((severity, occurrence), Tally())
            whole.add(tally)
            row[f"o{at}"] = tally.total
            row["cells"][f"o{at}"] = self._cell(severity, occurrence, tally)
        where = {"severity": ["=", severity], "occurrence": ["in", self.grid.occurrences]}
        return self._with_sums(row, whole, where)

    def _total_row(self) -> dict:
        row: dict = {
            "severity": _("Total", context="Complaint Settlement"),
            "is_total_row": True,
            "bold": 1,
            "cells": {},
        }
        severities = self.grid.severities
        whole = Tally()
        for at, occurrence in enumerate(self.grid.occurrences):
            tally = Tally()
            for severity in severities:
                tally.add(self.tallies.get((severity, occurrence), Tally()))
            whole.add(tally)
            where = {"severity": ["in", severities], "occurrence": ["=", occurrence]}
            row[f"o{at}"] = tally.total
            row["cells"][f"o{at}"] = self._drawn(tally, where)
        where = {"severity": ["in", severities], "occurrence": ["in", self.grid.occurrences]}
        return self._with_sums(row, whole, where)

    def _with_sums(self, row: dict, whole: Tally, where: dict) -> dict:
        row |= {"total": whole.total, "open": whole.open}
        row["cells"] |= dict.fromkeys(("total", "open"), self._drawn(whole, where))
        return row

    def _cell(self, severity: str, occurrence: str, tally: Tally) -> dict:
        found = self.grid.cells.get((severity, occurrence)) or Cell("", "")
        where = {"severity": ["=", severity], "occurrence": ["=", occurrence]}
        return self._drawn(tally, where) | {
            "level": _(found.level),
            "acceptability": word(found.acceptability),
            "color": found.color,
            "action": _(found.required_action),
        }

    def _drawn(self, tally: Tally, where: dict) -> dict:
        """What the view needs to paint a count: the numbers, the movement, and both lists behind it."""
        route = self.filters.route(where)
        drawn = {
            "total": tally.total,
            "open": tally.open,
            "route": route,
            "open_route": route and route | {"stage": ["not in", list(COMPLAINT_ENDED)]},
        }
        if self.filters.has_period:
            drawn["change"] = tally.total - tally.before
        return drawn

    def _not_assessed(self) -> str:
        no_severity = sum(one.total for (severity, _o), one in self.tallies.items() if not severity)
        no_occurrence = sum(one.total for (severity, o), one in self.tallies.items() if severity and not o)
        if not no_severity + no_occurrence:
            return ""
        parts = []
        if no_severity:
            said = _("{0} without severity").format(no_severity)
            parts.append(self._link(said, {"severity": ["is", "not set"]}))
        if no_occurrence:
            said = _("{0} without occurrence").format(no_occurrence)
            parts.append(self._link(said, {"severity": ["is", "set"], "occurrence": ["is", "not set"]}))
        return _("Not assessed yet: {0}.").format(comma_list(parts))

    def _elsewhere(self) -> str:
        missing: dict[tuple[str, str], int] = {
            (severity, occurrence): one.total
            for (severity, occurrence), one in self.tallies.items()
            if severity
            and occurrence
            and one.total
            and not (severity in self.grid.colors and occurrence in self.grid.occurrences)
        }
        if not missing:
            return ""
        parts = [
            self._link(
                labelled(f"{_(severity)} × {_(occurrence)}", str(count)),
                {"severity": ["=", severity], "occurrence": ["=", occurrence]},
            )
            for (severity, occurrence), count in sorted(missing.items())
        ]
        return _("Assessed on levels that {0} does not have: {1}.").format(
            escape_html(self.grid.name), comma_list(parts)
        )

    def _legend(self, total: Tally) -> str:
        if not total.total:
            return ""
        said = _("Each cell: complaints, then those still open in bold. Click a number to see its records.")
        if self.filters.has_period:
            before = self.filters.previous()
            arrows = _("Arrows compare with {0} to {1}.").format(
                frappe.format(before.from_date, "Date"), frappe.format(before.to_date, "Date")
            )
            return sentence_list([said, arrows])
        return said

    def _link(self, text: str, where: dict) -> str:
        route = self.filters.route(where)
        return escape_html(text) if route is None else list_link(text, route)

    @staticmethod
    def _sum(tallies: Mapping[tuple[str, str], Tally]) -> Tally:
        whole = Tally()
        for one in tallies.values():
            whole.add(one)
        return whole


def default_matrix(company: str | None = None) -> str:
    """Name of the matrix by which complaints of `company` (or of no certain one) are assessed.

    Raises:
        frappe.ValidationError: the site has no risk matrix in use.
    """
    name = matrix_for(company)
    if not name:
        frappe.throw(_("There is no risk matrix in use. Create one, or enable one, in the Risk Matrix list."))
    return name


def read_grid(name: str) -> Grid:
    """The matrix `name` as it is drawn."""
    matrix = matrix_of(frappe.get_cached_doc("Risk Matrix", name))
    if not matrix.cells:
        frappe.throw(_("The risk matrix {0} has no cells.").format(frappe.bold(escape_html(name))))
    colors = values_of("Risk Severity", matrix.severities, "color")
    gravest_first = {severity: colors.get(severity) for severity in reversed(matrix.severities)}
    return Grid(name, gravest_first, list(matrix.occurrences), matrix.cells)
