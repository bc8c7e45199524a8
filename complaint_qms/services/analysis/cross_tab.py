"""Complaints sorted in two ways at once, with what is more than the two ways by themselves lead to expect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from frappe import _
from frappe.utils import cint, escape_html, fmt_money

from complaint_qms.services.analysis.cross_tab_counts import MOST_NAMED, OTHERS, Crossed, Mixture, Side
from complaint_qms.services.record.bulk_read import values_of
from complaint_qms.services.record.input_validation import refuse
from complaint_qms.services.record.language import sentence_list
from complaint_qms.services.reporting.columns import column, nothing_found, sentences, summary
from complaint_qms.services.reporting.dimensions import dimension
from complaint_qms.services.reporting.filters import ReportFilters, list_link, read_object

ROWS, COLUMNS = "rows_by", "columns_by"
OWN: Final = (ROWS, COLUMNS, "most_rows", "most_columns")
_MOST: Final = (5, 8, 10, 15, 25, 40)
"""Rows or columns that may be shown; what is rarer is put together."""
_PRODUCTS: Final = ("item", "item_group", "product_line", "batch")
_NESTED: Final = (
    {"item", "item_group"}, {"item", "product_line"}, {"item_group", "product_line"}, {"item", "batch"}, {"batch", "item_group"},
    {"batch", "product_line"}, {"customer", "customer_group"}, {"month", "week"},
)  # fmt: skip
"""Dimensions of which one says what the other is."""
_TOLD: Final = 8
"""Cells that are told of in a sentence."""
_ONE_CUSTOMER: Final = 0.5
"""Share of a cell that comes from one customer from which on it is said."""
_REPEATED: Final = 0.25
"""Share of a cell that came from a customer who had complained on the same day already."""


class CrossTab:
    """One row for each value of one dimension, one column for each of another."""

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        self.filters = ReportFilters.read(asked, OWN)
        rows = dimension(asked.get(ROWS) or "complaint_type")
        columns = dimension(asked.get(COLUMNS) or "severity")
        if rows.key == columns.key:
            refuse(_("Rows and Columns are both {0}: choose two different ones.").format(rows.label()))
        self.rows = Side(rows, _most(asked, "most_rows", 15))
        self.columns = Side(columns, _most(asked, "most_columns", 8))
        self.crossed = Crossed(self.filters, self.rows, self.columns)
        self.table = self.crossed.table

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        return self.shown_columns(), self.shown_rows(), self.message(), None, self.summary(), True

    def shown_columns(self) -> list[dict]:
        width = min(max(920 // max(len(self.columns.keys), 1), 96), 270)
        cells = [
            column(f"c{at}", self.columns.names[key], "Int", width, align="center")
            for at, key in enumerate(self.columns.keys)
        ]
        total = column("total", _("Total", context="Complaint Settlement"), "Int", 90, align="center")
        return [column("group", self.rows.dimension.label(), width=220), *cells, total]

    def shown_rows(self) -> list[dict]:
        """The table with its totals. Beside its numbers a row carries `cells`: fieldname → what the view paints and where a click leads."""
        if not self.crossed.whole:
            return []
        shown = [self._row(at, key) for at, key in enumerate(self.rows.keys)]
        last: dict[str, Any] = {"group": _("Total", context="Complaint Settlement"), "is_total_row": True, "bold": 1, "cells": {}}  # fmt: skip
        for at, key in enumerate(self.columns.keys):
            count = int(self.table.observed[:, at].sum())
            last[f"c{at}"] = count
            last["cells"][f"c{at}"] = {"count": count, "route": self.crossed.route(None, key)}
        last["total"] = self.crossed.whole
        last["cells"]["total"] = {"count": self.crossed.whole, "route": self.crossed.route(None, None)}
        return [*shown, last]

    def message(self) -> str:
        if not self.crossed.whole:
            return sentences([nothing_found(self.filters.is_narrow), self._left_out()])
        return sentences(
            [*self._findings(), self._nested(), self._left_out(), self._not_listed(), self._legend()]
        )

    def summary(self) -> list[dict]:
        if not self.crossed.whole:
            return []
        more, fewer = int(self.table.more.sum()), int(self.table.less.sum())
        shown = [
            summary(_("Complaints"), self.crossed.whole, "blue"),
            summary(_("Cells with More Than Expected"), more, "red" if more else "green"),
            summary(_("Cells with Fewer"), fewer, "blue"),
        ]
        if np.isfinite(self.table.cramers_v):
            strength = fmt_money(self.table.cramers_v, precision=2)
            shown.append(summary(_("Cramér's V"), strength, "", "Data"))
        return shown

    # Cells -----------------------------------------------------------------------------------------------------------

    def _row(self, at: int, key: Any) -> dict[str, Any]:
        row: dict[str, Any] = {"group": self.rows.names[key], "cells": {}}
        for place, other in enumerate(self.columns.keys):
            row[f"c{place}"] = int(self.table.observed[at, place])
            row["cells"][f"c{place}"] = self._cell(at, place) | {"route": self.crossed.route(key, other)}
        row["total"] = int(self.table.observed[at].sum())
        row["cells"]["total"] = {"count": row["total"], "route": self.crossed.route(key, None)}
        return row

    def _cell(self, at: int, place: int) -> dict[str, Any]:
        """The count, and what the view paints: by how many standard deviations it is off, and whether that is beyond chance."""
        table = self.table
        residual = float(table.residual[at, place])
        known = np.isfinite(residual)
        return {
            "count": int(table.observed[at, place]),
            "expected": round(float(table.expected[at, place]), 1),
            "residual": round(residual, 1) if known else None,
            "state": "more" if table.more[at, place] else "fewer" if table.less[at, place] else "",
            "chance": float(f"{table.q[at, place]:.1e}") if known else None,
            "exact": bool(table.exact[at, place]),
        }

    # Words -----------------------------------------------------------------------------------------------------------

    def _findings(self) -> list[str]:
        """The cells that are most above what is expected, in words, each a link to its complaints."""
        places = [
            (at, place)
            for at, place in np.argwhere(self.table.more)
            if self.rows.keys[at] != OTHERS and self.columns.keys[place] != OTHERS
        ]
        places.sort(key=lambda spot: (self.table.q[spot], -self.table.residual[spot]))
        if not places:
            return [
                _("No combination is more frequent than chance and the totals of its row and column explain.")
            ]
        mixtures = self.crossed.mixtures(
            [(self.rows.keys[at], self.columns.keys[place]) for at, place in places[:_TOLD]]
        )
        return [self._finding(at, place, mixtures) for at, place in places[:_TOLD]]

    def _finding(self, at: int, place: int, mixtures: Mapping[tuple[Any, Any], Mixture]) -> str:
        key = (self.rows.keys[at], self.columns.keys[place])
        count, expected = int(self.table.observed[at, place]), float(self.table.expected[at, place])
        said = _("{0}: {1} where {2} are expected.").format(
            self._called(key), count, fmt_money(expected, precision=1)
        )
        route = self.crossed.route(*key)
        told = [list_link(said, route) if route is not None else escape_html(said)]
        mixture = mixtures.get(key)
        if mixture:
            told += self._warnings(mixture, count)
        return sentence_list(told)

    def _called(self, key: tuple[Any, Any]) -> str:
        row, other = self.rows.names[key[0]], self.columns.names[key[1]]
        kinds = (self.rows.dimension.key, self.columns.dimension.key)
        if kinds[0] == "complaint_type" and kinds[1] in _PRODUCTS:
            return _("{0} on {1}", context="Complaint").format(row, other)
        if kinds[1] == "complaint_type" and kinds[0] in _PRODUCTS:
            return _("{0} on {1}", context="Complaint").format(other, row)
        return f"{row} × {other}"

    def _warnings(self, mixture: Mixture, count: int) -> list[str]:
        told = []
        if mixture.of_customer > 2 and mixture.of_customer >= _ONE_CUSTOMER * count:
            name = values_of("Customer", [mixture.customer], "customer_name").get(mixture.customer)
            told.append(
                _("Mind that {0} of them come from one customer, {1}.").format(
                    mixture.of_customer, escape_html(name or mixture.customer)
                )
            )
        if mixture.same_day > 1 and mixture.same_day >= _REPEATED * count:
            told.append(
                _("{0} came from a customer who had complained on the same day already: they may be duplicates.").format(mixture.same_day)
            )  # fmt: skip
        if mixture.duplicates:
            told.append(_("{0} are marked as duplicates.").format(mixture.duplicates))
        return [f"<b>{one}</b>" for one in told]

    def _nested(self) -> str:
        first, second = self.rows.dimension, self.columns.dimension
        if {first.key, second.key} not in _NESTED:
            return ""
        return _("{0} and {1} go together by themselves: what is more than expected here says how they are sorted, not what is wrong.").format(first.label(), second.label())  # fmt: skip

    def _left_out(self) -> str:
        if not self.crossed.without:
            return ""
        return _("Not in the table: {0} complaints without {1} or {2}.").format(
            self.crossed.without, self.rows.dimension.label(), self.columns.dimension.label()
        )

    def _not_listed(self) -> str:
        fields = {self.rows.dimension.field, self.columns.dimension.field}
        return self.filters.not_listed("customer" if "customer" in fields else "", MOST_NAMED)

    def _legend(self) -> str:
        told = [
            _("Each cell: complaints, and how many are expected if {0} and {1} had nothing to do with each other.").format(self.rows.dimension.label(), self.columns.dimension.label()),
            _("▲ and ▼ mark cells that are beyond chance: of all that are marked, one in twenty at most is expected to be wrong. The colour is the number of standard deviations. Click a number to see its complaints."),
        ]  # fmt: skip
        if self.table.exact.any():
            told.append(_("Where few are expected, the chance is the exact one."))
        if np.isfinite(self.table.cramers_v):
            told.append(
                _("Cramér's V is the strength of the connection: 0 for none, 1 where one decides the other; {0} when corrected for the size of the table.").format(fmt_money(self.table.corrected_v, precision=2))
            )  # fmt: skip
        return sentence_list(told)


def _most(asked: Mapping, name: str, otherwise: int) -> int:
    found = cint(asked.get(name)) or otherwise
    return found if found in _MOST else otherwise
