"""Complaints that lead to suppliers through what their batches were made of: the stock ledger followed upwards from batch to component."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import frappe
from frappe.query_builder.functions import Count

from complaint_qms.engine.trace import UP, Genealogy, Lot, trace_lots
from complaint_qms.engine.trace.movements import PRODUCED, RECEIVED
from complaint_qms.integrations.erpnext.groupings import traced_supplier, with_batch_of_unnamed
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.permissions.stock import StockSight
from complaint_qms.services.reporting.access import permitted
from complaint_qms.services.reporting.filters import ReportFilters
from complaint_qms.services.trace.tracing import SeenLedger

MOST_BATCHES: Final = 2000
"""Batches that are followed, those with most complaints."""
_MOST_LOTS: Final = 20_000


@dataclass
class ThroughComponents:
    """Attributes:
    counts: supplier → complaints about batches that have a component from it, without those that lead to it anyway.
    batches: supplier → these batches.
    inexact: suppliers some of whose batches have complaints that lead to it anyway as well.
    is_cut: not all batches were followed, or not to their end.
    withheld: documents of which something is not shown to the user.
    """

    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    batches: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    inexact: set[str] = field(default_factory=set)
    is_cut: bool = False
    withheld: int = 0


def through_components(filters: ReportFilters, user: str) -> ThroughComponents:
    """What the complaints that the filters leave come to; the number of queries grows with the levels, not with the batches."""
    found = ThroughComponents()
    of_batches = _complaints_by_batch(filters)
    most = sorted(of_batches, key=lambda name: (-sum(of_batches[name].values()), name))
    found.is_cut = len(most) > MOST_BATCHES
    lots = known_lots(most[:MOST_BATCHES], [])
    ledger = SeenLedger(StockSight(user), "")
    seen = ledger.sight.lots(lots.values())
    if not seen:
        return found
    genealogy = trace_lots(seen, UP, ledger, fold=True, most_lots=_MOST_LOTS)
    found.is_cut |= genealogy.is_cut
    found.withheld = len(ledger.sight.withheld)
    for lot in seen:
        own = of_batches.get(lot.batch, {})
        for supplier in _suppliers_of_components(genealogy, lot.folded()):
            others = sum(count for name, count in own.items() if name != supplier)
            if others:
                found.counts[supplier] += others
                found.batches[supplier].add(lot.batch)
            if own.get(supplier) and others:
                found.inexact.add(supplier)
    return found


def _complaints_by_batch(filters: ReportFilters) -> Mapping[str, dict[str, int]]:
    """Batch → supplier that the complaint leads to anyway, empty for none → complaints; one query."""
    complaint = frappe.qb.DocType("Complaint")
    supplier = traced_supplier(complaint)
    query = with_batch_of_unnamed(frappe.qb.from_(complaint), complaint)
    query = query.select(complaint.batch_no, supplier, Count("*")).where(complaint.batch_no != "")
    rows = permitted(filters.apply(query.groupby(complaint.batch_no, supplier), complaint)).run()
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for batch, name, count in rows:
        found[batch][name or ""] = count
    return found


def _suppliers_of_components(genealogy: Genealogy, lot: Lot) -> set[str]:
    found = set()
    for one in _components(genealogy, lot):
        for movement in genealogy.movements.get(one, ()):
            voucher = movement.voucher
            if movement.step == RECEIVED and voucher.party_type == "Supplier" and not voucher.is_anonymous:
                found.add(voucher.party)
    return found - {""}


def _components(genealogy: Genealogy, lot: Lot) -> Iterator[Lot]:
    """What a lot may be made of, at every level, each once; without itself."""
    seen, waiting = {lot}, [lot]
    while waiting:
        for process in genealogy.processes_at(waiting.pop(), PRODUCED):
            further = [source for source in process.inputs if source not in seen]
            seen.update(further)
            waiting += further
            yield from further
