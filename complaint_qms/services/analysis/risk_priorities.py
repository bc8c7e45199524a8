"""Risk Priorities: items and types of complaint in the order in which their risk is to be acted on, with what is already done about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from math import isfinite
from typing import Any, Final

import frappe
from frappe import _
from pypika.queries import QueryBuilder

from complaint_qms.engine.changes import changed
from complaint_qms.engine.risk_movement import ROSE, WAYS, urgency_order
from complaint_qms.services.analysis.lines import change
from complaint_qms.services.analysis.risk_pairs import Key, Pair, RiskPairs
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.labels import word
from complaint_qms.services.reporting.access import can_read, permitted
from complaint_qms.services.reporting.columns import column, money, nothing_found, sentences
from complaint_qms.services.reporting.filter_values import read_choice
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.reporting.risk_matrix import default_matrix, read_grid
from complaint_qms.services.sop.procedure import type_branch

OWN: Final = ("risk_matrix", "in_severity", "in_occurrence", "moved", "answered")
ANSWERED: Final = ("none", "some")
MOST_ROWS: Final = 500
_OPEN_CAPA: Final = ("draft", "plan_review", "implement", "verify", "effectiveness")
_OPEN_STUDY: Final = ("planned", "in_progress", "review")
_MOST_NAMED: Final = 5


class RiskPriorities:
    """One line for each pair of item and complaint type that had a complaint in the period.

    Args:
        given: the shared filters; `risk_matrix`; `in_severity`, `in_occurrence`: the cell that a pair is in now; `moved`: one of the
            engine's `WAYS`; `answered`: none or some open CAPA or investigation.
    """

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        self.filters = ReportFilters.read(asked, own=OWN)
        self.moved = read_choice(asked, "moved", WAYS)
        self.answered = read_choice(asked, "answered", ANSWERED)
        self.cell = tuple(str(asked.get(name) or "") for name in ("in_severity", "in_occurrence"))
        # Refused where it has no cells, as the matrix report does.
        self.grid = read_grid(asked.get("risk_matrix") or default_matrix(self.filters.only("company")))
        self.found = RiskPairs(self.filters, self.grid.name)
        self.pairs = self._chosen()

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(), None, self.summary(), True

    def columns(self) -> list[dict]:
        of, drill = MEASURES, self.filters.list_filters()
        compares = self.filters.has_period
        columns = [
            column("rank", "#", "Int", 45),
            column("item", _("Item"), width=170, link_to="Item", link_from="item_code"),
            column("complaint_type", _("Complaint Type"), width=150, shipped=1),
            column("risk", _("Risk"), width=200, definition=_("Cell of the risk matrix: the gravest severity of the complaints of the period, and the occurrence beside it.")),
            column("severity", _("Severity"), width=100, shipped=1),
            column("occurrence", _("Occurrence"), width=130, definition=_("Level whose rates hold complaints ÷ units delivered of the item in the period; “judged” where no units are known: the most frequent that the complaints were judged with.")),
        ]  # fmt: skip
        if compares:
            columns += [
                column("way", _("Movement", context="Complaint"), width=130, definition=of["pairs_rose"].definition()),
                column("risk_before", _("Risk Before"), width=120, definition=_("Cell in the equally long period just before, reckoned likewise.")),
            ]  # fmt: skip
        columns += [
            column("priority", _("Action Priority"), width=120, definition=_("AIAG & VDA action priority by the ratings of severity and occurrence and the worst detection rating of the complaints; 10 where one is not rated.")),
            of["complaints"].column("count", 100, drill=drill),
            of["open"].column("open", 80),
        ]  # fmt: skip
        if compares:
            columns += [
                of["before"].column("before", 110),
                of["change"].column("change", 100),
                of["units"].column("units", 130),
                of["rate"].column("rate", 130),
                of["rate_upper"].column("rate_upper", 90),
            ]
        if self._sees_capas:
            columns.append(column("capas", _("Open CAPAs"), width=170, link_to="CAPA"))
        if self._sees_studies:
            columns.append(column("studies", _("Open Investigations"), width=170, link_to="Investigation"))
        if self.found.with_cost:
            columns.append(column("cost", of["cost"].label(), width=120, align="right", definition=of["cost"].definition()))  # fmt: skip
        return [*columns, column("next", _("Next Step"), width=210)]

    def rows(self) -> list[dict]:
        """In the order of `urgency_order`, the first `MOST_ROWS`."""
        shown = self.pairs[:MOST_ROWS]
        marks = dict(zip((pair.key for pair in self.pairs), self._changes, strict=True))
        names = values_of("Item", {pair.key[0] for pair in shown}, "item_name")
        return [self._row(rank, pair, names, marks[pair.key]) for rank, pair in enumerate(shown, start=1)]

    def message(self) -> str:
        if not self.pairs:
            return sentences([nothing_found(True), *self.found.remarks()])
        rule = _(
            "Order: unacceptable risks first, acceptable ones last; then the action priority, those that no open CAPA or investigation is about, those that rose, open complaints, complaints."
        )
        told = [rule, *self.found.remarks()]
        if len(self.pairs) > MOST_ROWS:
            told.append(_("The first {0} of {1} lines are shown.").format(MOST_ROWS, len(self.pairs)))
        return sentences([*told, self.filters.not_listed()])

    def summary(self) -> list[dict]:
        if not self.pairs:
            return []
        unacceptable = sum(self._acceptability(pair) == "unacceptable" for pair in self.pairs)
        unanswered = sum(not self._is_answered(pair.key) and self._acceptability(pair) != "acceptable" for pair in self.pairs)  # fmt: skip
        rose = sum(pair.way == ROSE for pair in self.pairs)
        shown = [
            MEASURES["risk_pairs"].card(len(self.pairs), "blue"),
            MEASURES["pairs_unacceptable"].card(unacceptable, "red" if unacceptable else "green"),
        ]
        if self._sees_capas or self._sees_studies:
            shown.append(MEASURES["pairs_unanswered"].card(unanswered, "orange" if unanswered else "green"))
        return [*shown, MEASURES["pairs_rose"].card(rose, "red" if rose else "green")] if self.filters.has_period else shown  # fmt: skip

    def _row(self, rank: int, pair: Pair, names: Mapping[str, str], mark: int) -> dict[str, Any]:
        item, kind = pair.key
        cell, before = self.found.cell(pair.now.place), self.found.cell(pair.before.place)
        capas, studies = self._capas.get(pair.key, ()), self._studies.get(pair.key, ())
        percent, _lower, _upper = (
            change(pair.before.count, pair.now.count) if self.filters.has_period else (None,) * 3
        )
        title = names.get(item)
        judged = pair.now.occurrence and not pair.now.by_units
        occurrence = _(pair.now.occurrence) if pair.now.occurrence else ""
        return {
            "key": f"{item}\n{kind}",
            "rank": rank,
            "item_code": item,
            "item": f"{item} · {title}" if title and title != item else item,
            "complaint_type": kind,
            "risk": " · ".join(filter(None, [_(cell.level), word(cell.acceptability)]))
            if cell.level
            else _("not rated"),
            "severity": pair.now.severity,
            "occurrence": _("{0} (judged)").format(occurrence) if judged else occurrence,
            "way": word(pair.way) if pair.way else "",
            "way_key": pair.way,
            "risk_before": _(before.level) if before.level else "",
            "priority": word(pair.priority) if pair.priority else "",
            "count": pair.now.count,
            "open": pair.open,
            "before": pair.before.count,
            "change": percent,
            "beyond_chance": mark,
            "units": pair.now.units or None,
            "rate": round(1000 * pair.now.count / pair.now.units, 3) if pair.now.units > 0 else None,
            "rate_upper": round(1000 * pair.now.upper, 3) if isfinite(pair.now.upper) else None,
            "capas": ", ".join(capas[:_MOST_NAMED]),
            "studies": ", ".join(studies[:_MOST_NAMED]),
            "cost": money(pair.cost),
            "next": "",
            "color": cell.color,
            "color_before": before.color,
            "answered": bool(capas or studies),
            "route": {"item_code": ["=", item], "complaint_type": ["=", kind]},
        }

    def _chosen(self) -> list[Pair]:
        severity, occurrence = self.cell
        kept = [
            pair
            for pair in self.found.pairs.values()
            if (pair.now.count or self.moved == pair.way)
            and (not severity or pair.now.severity == severity)
            and (not occurrence or pair.now.occurrence == occurrence)
            and (not self.moved or pair.way == self.moved)
            and (not self.answered or self._is_answered(pair.key) == (self.answered == "some"))
        ]
        return sorted(kept, key=lambda pair: (*urgency_order(self.found.standing(pair, self._is_answered(pair.key))), pair.key))  # fmt: skip

    def _acceptability(self, pair: Pair) -> str:
        return self.found.cell(pair.now.place).acceptability

    @cached_property
    def _changes(self) -> list[int]:
        if not self.filters.has_period:
            return [0] * len(self.pairs)
        return changed(
            [one.before.count for one in self.pairs], [one.now.count for one in self.pairs]
        ).tolist()

    # What is done about them -----------------------------------------------------------------------------------------

    def _is_answered(self, key: Key) -> bool:
        return key in self._capas or key in self._studies

    @cached_property
    def _sees_capas(self) -> bool:
        return can_read("CAPA")

    @cached_property
    def _sees_studies(self) -> bool:
        return can_read("Investigation")

    @cached_property
    def _capas(self) -> dict[Key, list[str]]:
        """Pair → open CAPAs whose scope it is in, or that name a complaint of it; two queries."""
        if not self._sees_capas:
            return {}
        capa, named, complaint = (frappe.qb.DocType(name) for name in ("CAPA", "CAPA Complaint", "Complaint"))
        open_ones = frappe.qb.from_(capa).where(capa.stage.isin(_OPEN_CAPA))
        about = (
            open_ones.inner_join(named)
            .on((named.parent == capa.name) & (named.parenttype == "CAPA"))
            .inner_join(complaint)
            .on(complaint.name == named.complaint)
            .select(complaint.item_code, complaint.complaint_type, capa.name)
            .distinct()
        )
        found = self._by_pair(permitted(self._of_company(about, capa), "CAPA"))
        scoped = open_ones.select(capa.item_code, capa.complaint_type, capa.name).where(capa.item_code != "")
        kinds = {kind for _item, kind in self.found.pairs}
        for item, kind, name in permitted(self._of_company(scoped, capa), "CAPA").run():
            for one in set(type_branch(kind)) & kinds if kind else kinds:
                if (item, one) in self.found.pairs:
                    found[item, one].add(name)
        return {key: sorted(names) for key, names in found.items()}

    @cached_property
    def _studies(self) -> dict[Key, list[str]]:
        """Pair → open investigations of a complaint of it, or that cover one; two queries."""
        if not self._sees_studies:
            return {}
        study, covered, complaint = (
            frappe.qb.DocType(name) for name in ("Investigation", "Investigation Complaint", "Complaint")
        )
        open_ones = frappe.qb.from_(study).where(study.stage.isin(_OPEN_STUDY))
        own = open_ones.inner_join(complaint).on(complaint.name == study.complaint)
        rows = open_ones.inner_join(covered).on(
            (covered.parent == study.name) & (covered.parenttype == "Investigation")
        )
        others = rows.inner_join(complaint).on(complaint.name == covered.complaint)
        found: dict[Key, set[str]] = defaultdict(set)
        for query in (own, others):
            asked = query.select(complaint.item_code, complaint.complaint_type, study.name).distinct()
            for key, names in self._by_pair(
                permitted(self._of_company(asked, study), "Investigation")
            ).items():
                found[key] |= names
        return {key: sorted(names) for key, names in found.items()}

    def _of_company(self, query: QueryBuilder, record: Any) -> QueryBuilder:
        companies = dict(self.filters.exact).get("company")
        return query.where(record.company.isin(companies)) if companies else query

    def _by_pair(self, query: QueryBuilder) -> dict[Key, set[str]]:
        found: dict[Key, set[str]] = defaultdict(set)
        for item, kind, name in query.run():
            if (item, kind) in self.found.pairs:
                found[item, kind].add(name)
        return found
