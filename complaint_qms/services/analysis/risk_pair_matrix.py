"""The risk matrix with pairs of item and type in its cells: how many stand where, and which came there from a lower or a higher risk."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from frappe import _

from complaint_qms.engine.risk_movement import FELL, NEW, ROSE, count_moved
from complaint_qms.services.analysis.risk_pairs import RiskPairs
from complaint_qms.services.reporting.columns import nothing_found, sentences, summary
from complaint_qms.services.reporting.filter_values import read_choice
from complaint_qms.services.reporting.filters import read_object
from complaint_qms.services.reporting.measures import MEASURES
from complaint_qms.services.reporting.risk_matrix import COUNT_OF, NOT_SET, RiskMatrixReport, Tally

PAIRS: Final = "pairs"
COUNTED: Final = ("complaints", PAIRS)
_SHOWN_WAYS: Final = (ROSE, NEW, FELL)


class PairMatrixReport(RiskMatrixReport):
    """As the matrix of complaints; a cell leads to its pairs."""

    def message(self, total: Tally) -> str:
        if not self.tallies:
            return sentences([nothing_found(self.filters.is_narrow)])
        legend = _(
            "Each cell: pairs of item and complaint type, then those with open complaints in bold. Click a number to see them."
        )
        moves = (
            _("▲ came from a lower risk, ▼ from a higher one, + had no complaint before.")
            if self.filters.has_period
            else ""
        )
        unrated = self.tallies.get((NOT_SET, NOT_SET), Tally()).total
        not_rated = _("Not rated: {0}.").format(unrated) if unrated else ""
        return sentences([" ".join(filter(None, [legend, moves])), not_rated, *self.found.remarks()])

    def summary(self, total: Tally) -> list[dict]:
        if not self.tallies:
            return []
        ways = count_moved([pair.way for pair in self.found.pairs.values()])
        unacceptable = sum(
            one.total
            for key, one in self.tallies.items()
            if self.found.cell(key).acceptability == "unacceptable"
        )
        shown = [
            MEASURES["risk_pairs"].card(total.total, "blue"),
            MEASURES["pairs_unacceptable"].card(unacceptable, "red" if unacceptable else "green"),
        ]
        if self.filters.has_period:
            shown += [
                MEASURES["pairs_rose"].card(ways[ROSE], "red" if ways[ROSE] else "green"),
                MEASURES["pairs_fell"].card(ways[FELL], "green"),
                summary(_("Pairs Before"), total.before, "blue"),
            ]
        return shown

    def _count(self) -> dict[tuple[str, str], Tally]:
        self.found = RiskPairs(self.filters, self.grid.name)
        self.ways: dict[tuple[str, str], Counter[str]] = {}
        tallies: dict[tuple[str, str], Tally] = {}
        for pair in self.found.pairs.values():
            if pair.now.count:
                key = pair.now.place or (NOT_SET, NOT_SET)
                tallies.setdefault(key, Tally()).add(Tally(1, int(pair.open > 0)))
                self.ways.setdefault(key, Counter())[pair.way] += 1
            if pair.before.count:
                tallies.setdefault(pair.before.place or (NOT_SET, NOT_SET), Tally()).add(Tally(before=1))
        return tallies

    def _drawn(self, tally: Tally, where: dict) -> dict:
        drawn: dict[str, Any] = {"total": tally.total, "open": tally.open}
        (_is, severity), (_same, occurrence) = where["severity"], where["occurrence"]
        if isinstance(severity, str) and isinstance(occurrence, str):
            drawn["pairs"] = self._asked(severity, occurrence)
            if self.filters.has_period:
                came = self.ways.get((severity, occurrence), Counter())
                drawn["came"] = {way: came[way] for way in _SHOWN_WAYS}
        return drawn

    def _asked(self, severity: str, occurrence: str) -> dict[str, str]:
        """Filters of the report Risk Priorities that leave the pairs of a cell, as an address holds them."""
        asked = {
            name: value
            for name, value in self.given.items()
            if name != COUNT_OF and value not in (None, "", [])
        }
        asked |= {"risk_matrix": self.grid.name, "in_severity": severity, "in_occurrence": occurrence}
        return {
            name: value if isinstance(value, str) else json.dumps(value, default=str)
            for name, value in asked.items()
        }


def matrix_report(given: Mapping | str | None) -> RiskMatrixReport:
    """The matrix of complaints or, with `count_of`, of pairs of item and type."""
    asked = read_object(given)
    counts_pairs = read_choice(asked, COUNT_OF, COUNTED) == PAIRS
    return PairMatrixReport(asked) if counts_pairs else RiskMatrixReport(asked)
