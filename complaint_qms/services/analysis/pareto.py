"""Complaint Pareto: which few lines of a dimension make most of the complaints, at what rate, and whether they rise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.utils import cint, fmt_money, formatdate, getdate

from complaint_qms.engine.rates import garwood
from complaint_qms.integrations.erpnext.groupings import product_lines
from complaint_qms.services.analysis.lines import (
    Figures,
    beyond_chance,
    change,
    drills,
    figures_by,
    sees_cost,
    sees_severity,
)
from complaint_qms.services.analysis.tree_lines import TREES, nodes_of
from complaint_qms.services.reporting.columns import (
    column,
    money,
    nothing_found,
    percent,
    sentences,
    summary,
)
from complaint_qms.services.reporting.dimensions import DIMENSIONS, dimension
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.signals.units_scope import RATED, units_by

BY: Final = ("complaint_type", *(key for key in DIMENSIONS if key != "complaint_type"))
TOPS: Final = (10, 20, 50, 100, 500)
REACH: Final = 80
"""Percent of the complaints that the few lines are to make."""
_MOST_DRAWN: Final = 15
_MOST_NAMED: Final = 200
"""Lines that a link to the others names."""
_FROM_ITEM_GROUP: Final = "product_line"


class Pareto:
    """The lines with most complaints, what is left in one line of others, and what has no value at the end.

    Args:
        given: the shared filters; `by`: key of a dimension; `top`: how many lines; `as_tree`: of a dimension that has a tree,
            its nodes with what is below them in place of the first lines.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        read = ReportFilters.read(asked, own=("by", "top", "as_tree"))
        today = getdate()
        runs = read.has_period and read.from_date <= today < read.to_date
        # What is still to come would be compared with days that are over.
        self.filters = replace(read, to_date=today) if runs else read
        self.by = dimension(asked.get("by"), BY)
        self.top = cint(asked.get("top")) if cint(asked.get("top")) in TOPS else TOPS[1]
        self.as_tree = self.by.key in TREES and bool(cint(asked.get("as_tree")))
        self.every = figures_by(self.filters, self.by)
        self.lines = {key: line for key, line in self.every.items() if line.count}
        self.before = sum(line.before for line in self.every.values())
        self.compares = self.filters.has_period and not self.by.is_time

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(rows), self.chart(rows), self.summary(rows), True

    def columns(self) -> list[dict]:
        of, base = MEASURES, self.filters.list_filters(self.by.field)
        still_open, overdue = drills(base)
        name = {"link_to": self.by.doctype, "link_from": "key"} if self.by.doctype else {}
        heat = column("heat", _("Heat"), "Percent", 160) | {
            "definition": _("The rate, or without rates the count, against the highest of the same level.")
        }
        shown = [
            column("group", self.by.label(), width=260 if self.as_tree else 200, **name),
            *([heat] if self.as_tree else []),
            of["complaints"].column("count", 100, drill=base),
            of["share"].column(width=90),
            *([] if self.as_tree else [of["together"].column(width=100)]),
            of["open"].column(width=80, drill=still_open),
            of["overdue"].column(width=90, drill=overdue),
            *([of["mean_severity"].column(width=120)] if sees_severity() else []),
        ]
        if self._units is not None:
            shown += [
                of["units"].column(width=130),
                of["rate"].column(width=130),
                of["rate_lower"].column(width=90),
                of["rate_upper"].column(width=90),
            ]
        if self.compares:
            shown += [
                of["before"].column(width=110, drill=self._before_filters),
                of["change"].column(width=100),
                of["change_lower"].column(width=100),
                of["change_upper"].column(width=100),
            ]
        if sees_cost():
            shown.append(of["cost"].column(width=160))
        return shown

    def rows(self) -> list[dict]:
        """Most complaints first; `key` is None of the others, `route` None where a list could not name them."""
        if not self.lines:
            return []
        if self.as_tree:
            return self._tree_rows()
        ordered = sorted(
            (key for key in self.lines if key != ""), key=lambda key: (-self.lines[key].count, str(key))
        )
        shown, others = ordered[: self.top], ordered[self.top :]
        names = self.by.names(shown)
        rows = [self._row(key, names[key], self.lines[key], self._route(key)) for key in shown]
        self._mark(rows, self.every)
        if others:
            rest = Figures()
            for key in others:
                rest.add(self.lines[key])
            name = _("Others ({0})").format(len(others))
            rows.append(self._row(None, name, rest, self._route_of_others(others)))
        if "" in self.lines:
            rows.append(self._row("", self.by.names([""])[""], self.lines[""], self._route("")))
        reached, total = 0, self.whole.count
        for row in rows:
            reached += row["count"]
            row["together"] = percent(reached, total)
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([nothing_found(True)])
        few = 0 if self.as_tree else self._few(rows)
        told = []
        if self.filters.has_period:
            told.append(_("Period: {0} to {1}.").format(formatdate(self.filters.from_date), formatdate(self.filters.to_date)))  # fmt: skip
        if few:
            told.append(
                _("{0} of {1} lines make {2} % of the complaints.").format(
                    few, self._known, cint(rows[few - 1]["together"])
                )
            )
        if self.by.key in self._rated and self._units is None:
            told.append(_("Choose a whole period to see rates for the units delivered in it."))
        elif self._units is not None and not self._units:
            told.append(_("None of these lines had deliveries in this period: there are no rates."))
        told.append(self.filters.not_listed(self.by.field))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        """Bars of the counts and the line of their sum, with the mark at which it is 80 % of all."""
        if not rows or self.as_tree:
            return None
        drawn, rest = rows[:_MOST_DRAWN], rows[_MOST_DRAWN:]
        counts = [row["count"] for row in drawn]
        labels = self.by.names([row["key"] for row in drawn if row["key"]], short=True)
        names = [labels.get(row["key"]) or row["group"] for row in drawn]
        if rest:
            counts.append(sum(row["count"] for row in rest))
            names.append(_("Others"))
        sums = [sum(counts[: at + 1]) for at in range(len(counts))]
        return {
            "data": {
                "labels": names,
                "datasets": [
                    {"name": _("Complaints"), "values": counts, "chartType": "bar"},
                    {"name": _("Cumulative Count"), "values": sums, "chartType": "line"},
                ],
                "yMarkers": [
                    {"label": f"{REACH} %", "value": REACH / 100 * sums[-1], "options": {"labelPos": "left"}}
                ],
            },
            "type": "axis-mixed",
            "colors": ["#5B7DB8", "#E07B39"],
            "axisOptions": {"shortenYAxisNumbers": 1},
            "height": 260,
        }

    def summary(self, rows: list[dict]) -> list[dict]:
        if not rows:
            return []
        whole, of = self.whole, MEASURES
        shown = [
            of["complaints"].card(whole.count, "blue"),
            of["open"].card(whole.open, "orange" if whole.open else "green"),
            of["overdue"].card(whole.overdue, "red" if whole.overdue else "green"),
        ]
        if self.compares:
            shown.append(of["before"].card(self.before))
        rate = self.rate
        if rate is not None:
            shown.append(of["rate"].card(fmt_money(rate, precision=2), "blue"))
        if sees_cost() and whole.cost:
            shown.append(of["cost"].card(money(whole.cost), "blue"))
        few = 0 if self.as_tree else self._few(rows)
        if few:
            shown.append(summary(_("Lines That Make {0} %").format(REACH), few))
        return shown

    @property
    def rate(self) -> float | None:
        """Complaints for each 1,000 units delivered of all lines that had some; None where that is not known. Of batches, whose units were
        delivered at any time, there is none."""
        units = sum((self._units or {}).values())
        if not units or self.by.key == "batch":
            return None
        # Complaints without a key, and of what was not delivered, belong to none of these units.
        return 1000 * sum(line.count for key, line in self.lines.items() if self._units.get(key)) / units

    @cached_property
    def whole(self) -> Figures:
        """All lines together."""
        whole = Figures()
        for line in self.lines.values():
            whole.add(line)
        return whole

    def _tree_rows(self) -> list[dict]:
        nodes = nodes_of(
            self.by.doctype, {key: line for key, line in self.every.items() if key}, self._units or {}
        )
        figures = {node.name: node.figures for node in nodes}
        nodes = [node for node in nodes if node.figures.count]
        names = self.by.names(node.name for node in nodes)
        asked = {field for field, _nodes in self.filters.branches}
        rows = []
        for node in nodes:
            # Above the branch that is asked for, a node holds what is asked for alone.
            below = ["in", node.keys] if self.by.field in asked else ["descendants of (inclusive)", node.name]
            row = self._row(node.name, names[node.name], node.figures, {self.by.field: below}, node.units)
            rows.append(row | {"indent": node.depth})
        self._mark(rows, figures)
        highest: dict[int, float] = {}
        for row in rows:
            row["heat"] = float((row["count"] if not self._units else row["rate"]) or 0)
            highest[row["indent"]] = max(highest.get(row["indent"], 0.0), row["heat"])
        for row in rows:
            row["heat"] = percent(row["heat"], highest[row["indent"]]) or 0.0
        if "" in self.lines:
            last = self._row("", self.by.names([""])[""], self.lines[""], self._route(""))
            rows.append(last | {"indent": 0, "heat": None})
        return rows

    def _row(
        self, key: Any, name: str, line: Figures, route: dict | None, units: float | None = None
    ) -> dict:
        units = units or ((self._units or {}).get(key) if key and not self.as_tree else None)
        rate = garwood(line.count, units) if units else None
        row = {
            "key": key or "",
            "group": name,
            "count": line.count,
            "share": percent(line.count, self.whole.count),
            "open": line.open,
            "overdue": line.overdue,
            "mean_severity": line.mean_severity,
            "units": units and round(units, 3),
            "rate": rate and round(1000 * rate.rate, 3),
            "rate_lower": rate and round(1000 * rate.lower, 3),
            "rate_upper": rate and round(1000 * rate.upper, 3),
            "without_units": self._units is not None and bool(key) and not units,
            "cost": money(line.cost) if line.cost else "",
            "route": route,
        }
        if self.compares:
            ratio, lower, upper = change(line.before, line.count)
            row |= {"before": line.before, "change": ratio, "change_lower": lower, "change_upper": upper}
        return row

    def _mark(self, rows: list[dict], lines: Mapping[Any, Figures]) -> None:
        """Say of each row whether its change stands when all lines are looked at, also those that are not shown or have no complaint left."""
        if self.compares:
            marks = beyond_chance(lines)
            for row in rows:
                row["beyond_chance"] = marks.get(row["key"], 0)

    def _few(self, rows: list[dict]) -> int:
        """How many of the first lines make most complaints; 0 where the lines shown do not."""
        at = next((at for at, row in enumerate(rows, 1) if row["together"] >= REACH), 0)
        return at if at and rows[at - 1]["key"] else 0

    def _route(self, key: Any) -> dict[str, list] | None:
        return self.by.short_route(key, self.filters, self.lines[key].members)

    def _route_of_others(self, keys: list[Any]) -> dict[str, list] | None:
        if self.by.is_time:
            return None
        named = [name for key in keys for name in (self.lines[key].members if self.by.folds else (key,))]
        return {self.by.field: ["in", named]} if len(named) <= _MOST_NAMED else None

    @property
    def _known(self) -> int:
        return len(self.lines) - ("" in self.lines)

    @cached_property
    def _before_filters(self) -> dict[str, list] | None:
        return self.filters.previous().list_filters(self.by.field)

    @property
    def _rated(self) -> tuple[str, ...]:
        return (*RATED, _FROM_ITEM_GROUP)

    @cached_property
    def _units(self) -> dict[str, float] | None:
        """Key → units delivered in the period; None where they are not asked for."""
        if self.by.key not in self._rated or not self.filters.has_period or not self.lines:
            return None
        if self.by.key != _FROM_ITEM_GROUP:
            return units_by(self.by.key, self.filters, frappe.session.user)
        lines = product_lines()
        found: dict[str, float] = {}
        for group, units in units_by("item_group", self.filters, frappe.session.user).items():
            line = lines.get(group, group)
            found[line] = found.get(line, 0.0) + units
        return found
