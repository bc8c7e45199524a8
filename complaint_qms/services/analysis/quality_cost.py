"""What poor quality costs: credits, returns, replacements and goodwill as their documents stand, and what handling took.

Amounts are in the currency of the complaint's company; those of a settlement in another one are taken at the exchange rate that it was
booked with. Currencies are never added up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder import Order
from frappe.query_builder.functions import Coalesce, Sum
from frappe.utils import cint, flt
from pypika.queries import QueryBuilder
from pypika.terms import Case, Field, Term, ValueWrapper

from complaint_qms.constants.settlement import (
    CREDIT_NOTE,
    DOCTYPE,
    DRAFT,
    GOODS_RETURN,
    GOODWILL,
    OPEN,
    REJECTED,
    REPLACEMENT,
    RETURN_WITH_CREDIT,
)
from complaint_qms.services.analysis.settlement_costs import (
    BOOKED,
    document_value,
    is_booked,
    with_documents,
    with_settlements,
)
from complaint_qms.services.reporting.access import can_read, permitted, readable, readable_of
from complaint_qms.services.reporting.columns import column, money, percent, sentences, summary
from complaint_qms.services.reporting.dimensions import DIMENSIONS, dimension
from complaint_qms.services.reporting.filters import ReportFilters, read_object
from complaint_qms.services.reporting.measures import MEASURES

COMPLAINT: Final = "complaint"
OWN: Final = ("by",)
MOST_ROWS: Final = 1000
_CREDITS, _RETURNS, _REPLACEMENTS, _GOODWILL = "credits", "returns", "replacements", "goodwill"
_KINDS: Final = {
    CREDIT_NOTE: _CREDITS,
    RETURN_WITH_CREDIT: _RETURNS,
    GOODS_RETURN: _RETURNS,
    REPLACEMENT: _REPLACEMENTS,
    GOODWILL: _GOODWILL,
}
"""Purpose of a document → column. A repair has no amount: what it took is in the handling cost."""
_SETTLED: Final = (_CREDITS, _RETURNS, _REPLACEMENTS, _GOODWILL)
_AMOUNTS: Final = (*_SETTLED, "drafts", "proposed", "handling", "complaints", "every")
"""Columns of the query, beside key and currency."""
_MOST_SHOWN: Final = 12
_MOST_NAMED: Final = 50
"""Values that an address names."""
_EIGHTY: Final = 80


@dataclass
class Cost:
    """Amounts of one line in one currency.

    Attributes:
        booked: column → amount of submitted documents.
        drafts: of documents that wait for accounts.
        proposed: of settlements that are not submitted.
        handling: what handling the complaints took.
        complaints: how many have a settlement.
        every: how many have a settlement or a handling cost.
        members: values of the dimension's field that the line is made of.
    """

    booked: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    drafts: float = 0.0
    proposed: float = 0.0
    handling: float = 0.0
    complaints: int = 0
    every: int = 0
    members: set[Any] = field(default_factory=set)

    @classmethod
    def of(cls, amounts: Sequence[Any]) -> Cost:
        """From the values of `_AMOUNTS`."""
        told = dict(zip(_AMOUNTS, map(flt, amounts), strict=True))
        booked = defaultdict(float, {kind: told[kind] for kind in _SETTLED})
        return cls(booked, told["drafts"], told["proposed"], told["handling"], cint(told["complaints"]), cint(told["every"]))  # fmt: skip

    @property
    def total(self) -> float:
        """What is certain: booked, and spent on handling."""
        return sum(self.booked.values()) + self.handling

    def add(self, other: Cost) -> None:
        for kind, amount in other.booked.items():
            self.booked[kind] += amount
        self.drafts += other.drafts
        self.proposed += other.proposed
        self.handling += other.handling
        self.complaints += other.complaints
        self.every += other.every


class QualityCost:
    """One line for each value of a dimension, or for each complaint, and currency; the dearest first."""

    def __init__(self, given: Mapping | str | None) -> None:
        asked = read_object(given)
        self.filters = ReportFilters.read(asked, OWN)
        by = asked.get("by") or "complaint_type"
        self.dimension = None if by == COMPLAINT else dimension(by, (*DIMENSIONS, COMPLAINT))
        allowed = readable_of(DOCTYPE) if can_read(DOCTYPE) else set()
        self.sees_settled = {"documents", "base_total_amount"} <= allowed
        self.sees_handling = bool(readable("Complaint", ["handling_cost"]))
        if not self.sees_settled:
            # Accounts and quality staff see amounts; a part of the cost would be taken for the whole.
            frappe.throw(
                _("You may not see what complaints cost. Ask for a role that reads Complaint Settlements."),
                frappe.PermissionError,
            )
        if self.dimension is None:
            self.wholes = self._by_currency()
            self.costs = self._dearest()
        else:
            self.costs = self._counted()
            self.wholes = _wholes(self.costs)

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows[:MOST_ROWS], self.message(rows), self.chart(rows), self.summary(), True

    @cached_property
    def currencies(self) -> list[str]:
        """That of the most complaints first."""
        return sorted(self.wholes, key=lambda currency: (-self.wholes[currency].complaints, currency))

    def columns(self) -> list[dict]:
        one = self.dimension
        if one is None:
            first = column("group", _("Complaint"), width=170, link_to="Complaint", link_from="key")
        else:
            more = {"link_to": one.doctype, "link_from": "key"} if one.doctype else {}
            first = column("group", one.label(), width=200, **more)
        kinds = [MEASURES[f"cost_{kind}"].column(kind, 120) for kind in _SETTLED]
        return [
            first,
            *([] if one is None else [MEASURES["cost_complaints"].column("complaints", 140)]),
            *kinds,
            *([MEASURES["cost_handling"].column("handling", 130)] if self.sees_handling else []),
            MEASURES["cost_total"].column("total", 180),
            MEASURES["cost_share"].column("share", 130),
            MEASURES["cost_together"].column("together", 130),
            MEASURES["cost_drafts"].column("drafts", 170),
            MEASURES["cost_proposed"].column("proposed", 120),
            column("currency", _("Currency"), width=90),
        ]

    def rows(self) -> list[dict]:
        """Currencies one after another, that of the most complaints first; in each the dearest line first, months in their order."""
        names = self._names()
        rows: list[dict] = []
        for currency in self.currencies:
            whole = self.wholes[currency].total
            reached = 0.0
            for key in self._ordered(currency):
                cost = self.costs[(key, currency)]
                reached += cost.total
                rows.append(
                    {
                        "key": key,
                        "group": names.get(key) or _("Not Set"),
                        "complaints": cost.complaints,
                        **{kind: flt(cost.booked.get(kind), 2) for kind in _SETTLED},
                        "handling": flt(cost.handling, 2),
                        "total": flt(cost.total, 2),
                        "share": percent(cost.total, whole),
                        "together": percent(reached, whole),
                        "drafts": flt(cost.drafts, 2),
                        "proposed": flt(cost.proposed, 2),
                        "currency": currency,
                        "route": self._route(key, currency, cost),
                    }
                )
        return rows

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([_("No complaint of these filters has a settlement or a handling cost. Widen the period or clear a filter.")])  # fmt: skip
        told = [
            _("A period counts the complaints that came in it, whenever they were paid for. Amounts are without taxes, in the currency of the company; drafts and proposals are beside the total, not in it."),
            _("All of this is cost of external failure. Prevention, appraisal and internal failure are not recorded by complaints, and what suppliers gave back is not deducted."),
        ]  # fmt: skip
        if len(self.currencies) > 1:
            told.append(_("There are several currencies: each is added up by itself, and the chart shows {0}.").format(self.currencies[0]))  # fmt: skip
        if not self.sees_handling:
            told.append(_("You may not see handling costs: they are not in it."))
        count = len(rows) if self.dimension else sum(one.every for one in self.wholes.values())
        if count > MOST_ROWS:
            told.append(_("The first {0} of {1} lines are shown.").format(MOST_ROWS, count))
        if self.dimension:
            told.append(self.filters.not_listed(self.dimension.field, _MOST_NAMED))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        """Share of each line with the share reached so far, of the first currency; by month the amounts."""
        currencies = self.currencies
        shown = [row for row in rows if currencies and row["currency"] == currencies[0] and row["total"] > 0]
        if not shown:
            return None
        if self.dimension and self.dimension.is_time:
            shown = shown[-24:]
            bars = [{"name": f"{MEASURES['cost_total'].label()} ({currencies[0]})", "values": [row["total"] for row in shown]}]  # fmt: skip
            return {"data": {"labels": [row["group"] for row in shown], "datasets": bars}, "type": "bar", "colors": ["#C0392B"], "height": 240}  # fmt: skip
        shown = shown[:_MOST_SHOWN]
        return {
            "data": {
                "labels": [row["group"] for row in shown],
                "datasets": [
                    {"name": MEASURES["cost_share"].label(), "chartType": "bar", "values": [row["share"] for row in shown]},
                    {"name": MEASURES["cost_together"].label(), "chartType": "line", "values": [row["together"] for row in shown]},
                ],
                "yMarkers": [{"label": f"{_EIGHTY} %", "value": _EIGHTY}],
            },
            "type": "axis-mixed",
            "colors": ["#5B7DB8", "#C0392B"],
            "height": 260,
        }  # fmt: skip

    def summary(self) -> list[dict]:
        currencies = self.currencies
        if not currencies:
            return []
        wholes = self.wholes
        shown = [
            MEASURES[f"cost_{name}"].card(money({currency: value(one) for currency, one in wholes.items()}), colour, "Data")
            for name, value, colour in (
                ("total", lambda one: one.total, "red"),
                ("drafts", lambda one: one.drafts, "orange"),
                ("proposed", lambda one: one.proposed, "blue"),
            )
        ]  # fmt: skip
        count = sum(one.complaints for one in wholes.values())
        return [summary(_("Complaints"), count), *shown]

    # Counting --------------------------------------------------------------------------------------------------------

    def _counted(self) -> dict[tuple[Any, str], Cost]:
        """(key, currency) → amounts; one query, and one for a dimension that folds its values."""
        found = self._lines().run()
        fold = self.dimension.fold({row[0] for row in found})
        costs: dict[tuple[Any, str], Cost] = defaultdict(Cost)
        for value, currency, *amounts in found:
            key = fold.get(value)
            if key is not None:
                costs[(key, currency)].add(Cost.of(amounts))
                costs[(key, currency)].members.add(value)
        return dict(costs)

    def _by_currency(self) -> dict[str, Cost]:
        """Currency → amounts of all complaints; one query."""
        return {currency: Cost.of(amounts) for _none, currency, *amounts in self._lines(as_one=True).run()}

    def _dearest(self) -> dict[tuple[Any, str], Cost]:
        """Complaints that are shown, in their order, each with its amounts; one query, however many there are."""
        query = self._lines()
        place = Case()
        for at, currency in enumerate(self.currencies):
            place = place.when(Field("currency") == currency, at)
        total = Field("credits") + Field("returns") + Field("replacements") + Field("goodwill") + Field("handling")  # fmt: skip
        query = query.orderby(place.else_(len(self.currencies)))
        for term in (total, Field("drafts"), Field("proposed")):
            query = query.orderby(term, order=Order.desc)
        rows = query.orderby(Field("line")).limit(MOST_ROWS).run()
        return {(key, currency): Cost.of(amounts) for key, currency, *amounts in rows}

    def _lines(self, as_one: bool = False) -> QueryBuilder:
        """A query of (key, currency, …`_AMOUNTS`) of each line, or of all as one."""
        parts = self._documents(as_one) * self._proposals(as_one) * self._handling(as_one)
        part = frappe.qb.from_(parts.as_("part"))
        key, currency = Field("line"), Field("currency")
        query = part.select(key, currency, *(Sum(Field(name)).as_(name) for name in _AMOUNTS))
        return query.groupby(key, currency)

    def _documents(self, as_one: bool) -> QueryBuilder:
        row, complaint = frappe.qb.DocType("Complaint Settlement Document"), frappe.qb.DocType("Complaint")
        value, booked = document_value(complaint), is_booked()
        amounts = {
            kind: Case().when(booked & row.purpose.isin([purpose for purpose, of in _KINDS.items() if of == kind]), value).else_(0)
            for kind in _SETTLED
        }  # fmt: skip
        amounts["drafts"] = Case().when(booked, 0).else_(value)
        query = with_documents(with_settlements(frappe.qb.from_(complaint), complaint))
        query = query.where(row.document_status.isin((*BOOKED, DRAFT, OPEN)))
        return permitted(self._part(query, as_one, amounts), DOCTYPE)

    def _proposals(self, as_one: bool) -> QueryBuilder:
        complaint, settlement = frappe.qb.DocType("Complaint"), frappe.qb.DocType(DOCTYPE)
        query = with_settlements(frappe.qb.from_(complaint), complaint)
        query = query.where((settlement.docstatus == 0) & (settlement.status != REJECTED))
        return permitted(self._part(query, as_one, {"proposed": settlement.base_total_amount}), DOCTYPE)

    def _handling(self, as_one: bool) -> QueryBuilder:
        complaint = frappe.qb.DocType("Complaint")
        has_settlement = Coalesce(complaint.settlement_status, "") != ""
        amounts = {"complaints": Case().when(has_settlement, 1).else_(0), "every": ValueWrapper(1)}
        wanted = has_settlement
        if self.sees_handling:
            amounts["handling"] = complaint.handling_cost
            wanted = has_settlement | (complaint.handling_cost > 0)
        query = frappe.qb.from_(complaint).where(wanted)
        return self._part(query, as_one, amounts)

    def _part(self, query: QueryBuilder, as_one: bool, amounts: Mapping[str, Term]) -> QueryBuilder:
        """(key, currency, …`_AMOUNTS`) of what the filters and the user's rights leave of the complaints of a query."""
        complaint = frappe.qb.DocType("Complaint")
        key = ValueWrapper("") if as_one else self._term()
        currency = Coalesce(complaint.currency, "")
        query = query.select(key.as_("line"), currency.as_("currency"))
        query = query.select(*(Sum(amounts.get(name, ValueWrapper(0))).as_(name) for name in _AMOUNTS))
        query = query.groupby(currency) if as_one else query.groupby(key, currency)
        return permitted(self.filters.apply(query, complaint))

    def _term(self) -> Term:
        complaint = frappe.qb.DocType("Complaint")
        return complaint.name if self.dimension is None else self.dimension.term(complaint, self.filters)

    # Order and names -------------------------------------------------------------------------------------------------

    def _ordered(self, currency: str) -> list[Any]:
        keys = [key for key, of_currency in self.costs if of_currency == currency]
        if self.dimension is None:
            return keys
        if self.dimension.is_time:
            return sorted(keys)

        def dearest(key: Any) -> tuple:
            cost = self.costs[(key, currency)]
            return -cost.total, -cost.drafts, -cost.proposed, str(key)

        return sorted(keys, key=dearest)

    def _names(self) -> dict[Any, str]:
        keys = {key for key, _currency in self.costs}
        return {key: key for key in keys} if self.dimension is None else self.dimension.names(keys)

    def _route(self, key: Any, currency: str, cost: Cost) -> dict[str, list] | None:
        if self.dimension is None:
            return None
        if self.dimension.folds and len(cost.members) > _MOST_NAMED:
            return None
        asked = self.dimension.route(key, self.filters, cost.members) | {
            "settlement_status": ["is", "set"],
            "currency": ["=", currency] if currency else ["is", "not set"],
        }
        return self.filters.route(asked, _MOST_NAMED)


def _wholes(costs: Mapping[tuple[Any, str], Cost]) -> dict[str, Cost]:
    """Currency → its lines together."""
    found: dict[str, Cost] = defaultdict(Cost)
    for (_key, currency), cost in costs.items():
        found[currency].add(cost)
    return dict(found)
