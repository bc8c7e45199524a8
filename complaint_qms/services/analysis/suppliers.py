"""Supplier Quality Scorecard: what complaints lead back to a supplier, against what the supplier delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, Final

import frappe
from frappe import _
from frappe.query_builder.functions import Count
from frappe.utils import add_days, add_months, formatdate, getdate
from pypika.queries import QueryBuilder, Table
from pypika.terms import Criterion, Term

from complaint_qms.engine.rates import garwood
from complaint_qms.integrations.erpnext.delivered_units import groups_of
from complaint_qms.integrations.erpnext.groupings import (
    by_batch_supplier,
    traced_supplier,
    with_batch_of_unnamed,
)
from complaint_qms.integrations.erpnext.supplied import units_received
from complaint_qms.permissions.delivered_units import kept_to
from complaint_qms.permissions.query import MatchCondition, restrictions
from complaint_qms.services.analysis.component_suppliers import (
    MOST_BATCHES,
    ThroughComponents,
    through_components,
)
from complaint_qms.services.analysis.lines import (
    Figures,
    beyond_chance,
    change,
    drills,
    figures_by,
    sees_cost,
    sees_severity,
)
from complaint_qms.services.reporting.access import can_read, check_reads, permitted
from complaint_qms.services.reporting.columns import (
    column,
    money,
    nothing_found,
    sentences,
)
from complaint_qms.services.reporting.dimensions import FIELD, Dimension
from complaint_qms.services.reporting.filter_values import LABELS
from complaint_qms.services.reporting.filters import BRANCHES, ReportFilters, branch, read_object
from complaint_qms.services.reporting.measures import MEASURES

CAPA_ENDED: Final = ("closed", "ineffective", "void")
_MOST_LINES: Final = 500
_MOST_DRAWN: Final = 15
_MOST_NAMED: Final = 200
_LEAST: Final = 1e-6
_OF_CAUSE: Final = ("company", "item_code", "batch_no")
_OF_CAPA: Final = (*_OF_CAUSE, "complaint_type")
"""Filters of complaints that root causes and CAPAs have as well."""


@dataclass(frozen=True)
class TracedSupplier(Dimension):
    """The supplier that the complaint names; of one that names none, that of its batch."""

    key: str = "supplier"
    label: Any = LABELS["supplier"]
    kind: str = FIELD
    field: str = "supplier"
    doctype: str = "Supplier"
    title: str = "supplier_name"
    chosen: tuple[str, ...] = ()
    """The suppliers that complaints lead to; any without."""

    def term(self, complaint: Table, filters: ReportFilters) -> Term:
        return traced_supplier(complaint)

    def joined(self, query: QueryBuilder, complaint: Table) -> QueryBuilder:
        query = with_batch_of_unnamed(query, complaint)
        return query.where(traced_supplier(complaint).isin(self.chosen)) if self.chosen else query


class SupplierScorecard:
    """One line a supplier, most complaints first; those that delivered and drew none come after."""

    def __init__(self, given: Mapping | str | None) -> None:
        read = ReportFilters.read(read_object(given), own=())
        today = getdate()
        end = min(read.to_date or today, today)
        start = read.from_date or getdate(add_days(add_months(end, -12), 1))
        # A complaint that leads to a supplier by its batch does not name it: suppliers are chosen among those traced.
        exact = tuple((field, values) for field, values in read.exact if field != "supplier")
        self.filters = replace(read, from_date=min(start, end), to_date=end, exact=exact)
        self.user = frappe.session.user
        self.supplier = TracedSupplier(chosen=dict(read.exact).get("supplier", ()))
        # What is traced to a supplier tells of the batch as well, and the count of batches what they are.
        check_reads(("supplier", "batch_no"))
        lines = figures_by(self.filters, self.supplier)
        self.unknown = lines.pop("", Figures()).count
        self.lines = {name: line for name, line in lines.items() if name in self._seen(lines)}

    def run(self) -> tuple:
        """Columns, rows, message, chart, summary and "no total row", as a Script Report gives them."""
        rows = self.rows()
        return self.columns(), rows, self.message(rows), self.chart(rows), self.summary(), True

    def columns(self) -> list[dict]:
        of, base = MEASURES, self.filters.list_filters(self.supplier.field)
        still_open, overdue = drills(base)
        shown = [
            column("group", self.supplier.label(), width=200, link_to="Supplier", link_from="key"),
            of["traced"].column("count", 110),
            of["named_supplier"].column("named", 130, drill=base),
            of["batch_supplier"].column("by_batch", 130, drill=base),
            of["component_supplier"].column("by_component", 150, drill=base),
            of["open"].column(width=80, drill=still_open),
            of["overdue"].column(width=90, drill=overdue),
            *([of["mean_severity"].column(width=120)] if sees_severity() else []),
            of["lots"].column(width=120),
        ]
        if self._units is not None:
            shown += [
                of["units_received"].column("units", 130),
                of["rate_received"].column("rate", 150),
                of["rate_lower"].column(width=90),
                of["rate_upper"].column(width=90),
            ]
        shown += [of[name].column(width=110) for name in ("before", "change", "change_lower", "change_upper")]
        if can_read("Root Cause"):
            shown.append(of["verified_causes"].column("causes", 130))
        if can_read("CAPA"):
            shown.append(of["capas_open"].column("capas", 110))
        if sees_cost():
            shown.append(of["cost"].column(width=160))
        return shown

    def rows(self) -> list[dict]:
        units = self._units or {}
        lines = {name: line for name, line in self.lines.items() if line.count}
        made_of = self._through.counts
        parts = [name for name in self._seen(made_of) if name not in lines]
        delivered = [name for name in units if name not in lines and name not in made_of]
        names = sorted(lines, key=lambda name: (-lines[name].count, name))
        names += sorted(parts, key=lambda name: (-made_of[name], name))
        names += sorted(delivered, key=lambda name: (-units[name], name))
        names = names[:_MOST_LINES]
        titles = self.supplier.names(names)
        return [self._row(name, titles[name]) for name in names]

    def message(self, rows: list[dict]) -> str:
        if not rows:
            return sentences([nothing_found(True)])
        told = [
            _("Period: {0} to {1}.").format(formatdate(self.filters.from_date), formatdate(self.filters.to_date)),
            _("A complaint counts for the supplier that it names; where it names none, for that of its batch."),
        ]  # fmt: skip
        if self._through.counts:
            told.append(_("By Component are complaints about batches that were made of batches from the supplier, by the stock ledger. They are beside the complaints traced and in no rate: every supplier of a component has them."))  # fmt: skip
        if self._through.is_cut:
            told.append(_("Components were looked up for the {0} batches with most complaints alone, or not to their end: choose a shorter period or fewer items to see all.").format(MOST_BATCHES))  # fmt: skip
        if self._through.withheld:
            told.append(_("Documents not shown to you: {0}. Components in them are not looked up.").format(self._through.withheld))  # fmt: skip
        if self.unknown:
            told.append(_("Complaints that lead to no supplier: {0}.").format(self.unknown))
        if self._is_part:
            told.append(_("Customers, territories, batches and CAPAs have no units received: with such a filter complaints are not set against what was received."))  # fmt: skip
        elif self._units is None:
            told.append(_("You see the complaints of some customers, territories or batches alone. They are not set against all that was received."))  # fmt: skip
        told.append(self.filters.not_listed(self.supplier.field))
        return sentences(told)

    def chart(self, rows: list[dict]) -> dict | None:
        rated = [row for row in rows if row["count"] and row["rate"] is not None][:_MOST_DRAWN]
        drawn = rated or [row for row in rows if row["count"]][:_MOST_DRAWN]
        if not drawn:
            return None
        measure, field = ("rate_received", "rate") if rated else ("traced", "count")
        return {
            "data": {
                "labels": [row["group"] for row in drawn],
                "datasets": [{"name": MEASURES[measure].label(), "values": [row[field] for row in drawn]}],
            },
            "type": "bar",
            "colors": ["#C0392B"],
            "height": 220,
        }

    def summary(self) -> list[dict]:
        whole = Figures()
        for line in self.lines.values():
            whole.add(line)
        if not (whole.count or self._units or self._through.counts):
            return []
        of = MEASURES
        shown = [
            of["traced"].card(whole.count, "blue"),
            of["open"].card(whole.open, "orange" if whole.open else "green"),
            of["before"].card(whole.before),
        ]
        if can_read("CAPA"):
            shown.append(of["capas_open"].card(sum(self._capas.values())))
        if sees_cost() and whole.cost:
            shown.append(of["cost"].card(money(whole.cost), "blue"))
        return shown

    def _row(self, name: str, title: str) -> dict:
        line = self.lines.get(name) or Figures()
        units = (self._units or {}).get(name)
        rate = garwood(line.count, units) if units else None
        ratio, lower, upper = change(line.before, line.count)
        batches = self._batches.get(name, {})
        by_batch = sum(batches.values())
        row = {
            "key": name,
            "group": title,
            "count": line.count,
            "named": line.count - by_batch,
            "by_batch": by_batch,
            "by_component": self._through.counts.get(name, 0),
            "open": line.open,
            "overdue": line.overdue,
            "mean_severity": line.mean_severity,
            "lots": self._lots.get(name, 0),
            "units": units and round(units, 3),
            "rate": rate and round(1000 * rate.rate, 3),
            "rate_lower": rate and round(1000 * rate.lower, 3),
            "rate_upper": rate and round(1000 * rate.upper, 3),
            "without_units": self._units is not None and not units,
            "before": line.before,
            "change": ratio,
            "change_lower": lower,
            "change_upper": upper,
            "beyond_chance": self._marks.get(name, 0),
            "causes": self._causes.get(name, 0),
            "capas": self._capas.get(name, 0),
            "capa_route": self._capa_route(name),
            "cost": money(line.cost) if line.cost else "",
        }
        named = {"supplier": ["=", name]}
        row["routes"] = {"named": named} | ({} if by_batch else {"open": named, "overdue": named})
        if by_batch and len(batches) <= _MOST_NAMED:
            row["routes"]["by_batch"] = {"supplier": ["is", "not set"], "batch_no": ["in", sorted(batches)]}
        made = self._through.batches.get(name, ())
        if made and name not in self._through.inexact and len(made) <= _MOST_NAMED:
            row["routes"]["by_component"] = {"batch_no": ["in", sorted(made)]}
        return row

    def _seen(self, names: Mapping[str, Any]) -> set[str]:
        """Those of the suppliers that nothing keeps the user from; one query, none where nothing does."""
        condition = restrictions("Supplier", self.user)
        if not condition:
            return set(names)
        table = frappe.qb.DocType(self.supplier.doctype)
        query = frappe.qb.from_(table).select(table.name).where(MatchCondition(condition))
        return set(names) & set(query.run(pluck=True))

    @cached_property
    def _marks(self) -> dict[str, int]:
        return beyond_chance(self.lines)

    @cached_property
    def _units(self) -> dict[str, float] | None:
        """Supplier → units received; None of some customers alone, by what is filtered or by what the user may see."""
        if self._is_part:
            return None
        kept = kept_to(self.user)
        if kept.keys() - {"company", "item_code", "item_group"}:
            return None
        only = {field: values - {""} for field, values in kept.items() if field in ("company", "item_code")}

        def narrow(field: str, values: set[str]) -> None:
            only[field] = only[field] & values if field in only else values

        groups = [kept["item_group"]] if "item_group" in kept else []
        for wanted in groups:
            narrow("item_code", _items_of(wanted))
        for field, values in self._shared(("company", "item_code")).items():
            narrow(field, values)
        if self.supplier.chosen:
            narrow("supplier", set(self.supplier.chosen))
        found = units_received(self.filters.from_date, self.filters.to_date, only)
        seen = self._seen(found)
        return {name: units for name, units in found.items() if units > _LEAST and name in seen}

    @property
    def _is_part(self) -> bool:
        """Whether the filters leave a part of the complaints of which nobody knows what was received for it."""
        asked = {field for field, _values in (*self.filters.exact, *self.filters.branches)}
        return bool(
            asked & {"customer", "batch_no", "territory"}
            or self.filters.customer_groups
            or self.filters.capas
        )

    def _shared(self, fields: tuple[str, ...]) -> dict[str, set[str]]:
        """Those of the fields that the filters ask for, with their values; item groups as their items."""
        found = {field: set(values) for field, values in self.filters.exact if field in fields}
        branches = {name: set(branch(BRANCHES[name], *nodes)) for name, nodes in self.filters.branches}
        if "complaint_type" in fields and "complaint_type" in branches:
            found["complaint_type"] = branches["complaint_type"]
        if "item_code" in fields and "item_group" in branches:
            items = _items_of(branches["item_group"])
            found["item_code"] = found["item_code"] & items if "item_code" in found else items
        return found

    def _capa_route(self, name: str) -> dict[str, list] | None:
        """The open CAPAs of a supplier as filters of their list; None where it would have to name the items of groups."""
        if any(field == "item_group" for field, _nodes in self.filters.branches):
            return None
        route = {field: ["in", sorted(values)] for field, values in self._shared(_OF_CAPA).items()}
        if self.filters.capas:
            route["name"] = ["in", list(self.filters.capas)]
        return route | {"supplier": ["=", name], "stage": ["not in", list(CAPA_ENDED)]}

    @cached_property
    def _lots(self) -> dict[str, int]:
        complaint = frappe.qb.DocType("Complaint")
        key = self.supplier.term(complaint, self.filters)
        query = frappe.qb.from_(complaint).select(key, Count(complaint.batch_no).distinct()).groupby(key)
        query = self.supplier.joined(query, complaint).where(complaint.batch_no != "")
        return dict(permitted(self.filters.apply(query, complaint)).run())

    @cached_property
    def _through(self) -> ThroughComponents:
        found = through_components(self.filters, self.user)
        if self.supplier.chosen:
            found.counts = {name: found.counts[name] for name in self.supplier.chosen if name in found.counts}
        return found

    @cached_property
    def _batches(self) -> dict[str, dict[str, int]]:
        """Supplier → batch → complaints of it that name no supplier."""
        complaint = frappe.qb.DocType("Complaint")
        query = by_batch_supplier(complaint)
        found: dict[str, dict[str, int]] = defaultdict(dict)
        for supplier, name, count in permitted(self.filters.apply(query, complaint)).run():
            found[supplier][name] = count
        return found

    @cached_property
    def _capas(self) -> dict[str, int]:
        """Supplier → CAPAs that are open now."""
        if not can_read("CAPA"):
            return {}
        capa = frappe.qb.DocType("CAPA")
        query = frappe.qb.from_(capa).select(capa.supplier, Count("*")).groupby(capa.supplier)
        wanted = capa.stage.notin(CAPA_ENDED)
        if self.filters.capas:
            wanted &= capa.name.isin(self.filters.capas)
        return self._of_suppliers(query, capa, "CAPA", wanted, _OF_CAPA)

    @cached_property
    def _causes(self) -> dict[str, int]:
        """Supplier → root causes verified in the period."""
        if not can_read("Root Cause"):
            return {}
        cause = frappe.qb.DocType("Root Cause")
        query = frappe.qb.from_(cause).select(cause.supplier, Count("*")).groupby(cause.supplier)
        verified = (cause.status == "verified") & (cause.verified_at >= self.filters.from_date)
        return self._of_suppliers(query, cause, "Root Cause", verified & (cause.verified_at < self.filters.to_date + timedelta(days=1)), _OF_CAUSE)  # fmt: skip

    def _of_suppliers(self, query: QueryBuilder, table: Table, doctype: str, condition: Criterion, fields: tuple[str, ...]) -> dict[str, int]:  # fmt: skip
        """Supplier → records that the filters leave, by what they have in common with complaints."""
        for field, values in self._shared(fields).items():
            query = query.where(table[field].isin(sorted(values) or [""]))
        return dict(permitted(query.where((table.supplier != "") & condition), doctype).run())


def _items_of(groups: set[str]) -> set[str]:
    return {item for item, group in groups_of("Item", "item_group").items() if group in groups}
