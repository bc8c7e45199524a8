"""A mock recall: one step up, one step down, and whether what came in of each lot is found again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from frappe.model.document import Document

from complaint_qms.engine.field_action import percent_of
from complaint_qms.engine.trace import BOTH, Balance, Lot, from_units, movements
from complaint_qms.engine.trace.balances import RECORD
from complaint_qms.services.trace.labels import STEPS, lot_kind, lot_name
from complaint_qms.services.trace.starts import start_of
from complaint_qms.services.trace.tracing import Traced, trace
from complaint_qms.services.trace.tree import told_of

_IN = (movements.RECEIVED, movements.BROUGHT_IN, movements.PRODUCED)
_PARTIES = (movements.RECEIVED, movements.DELIVERED, movements.RETURNED, movements.SENT_BACK)


def put_balance(doc: Document, kind: str, name: str) -> None:
    """Put the mass balance of the lots asked about on a record, with their nearest suppliers, components, products and customers."""
    traced = trace(start_of(kind, name, doc.supplier or ""), BOTH)
    starts = traced.genealogy.starts
    rows = [_row(traced, one) for one in traced.balances(starts)]
    doc.traced_share = _share(traced, starts)
    doc.balance = json.dumps(
        {"lots": rows, "up": _neighbours(traced, upward=True), "down": _neighbours(traced, upward=False)},
        ensure_ascii=False,
    )


def stored_balance(doc: Document) -> dict[str, Any] | None:
    """The mass balance as it was taken, its steps in the present language."""
    if not doc.balance:
        return None
    found = json.loads(doc.balance)
    for one in (*found["up"], *found["down"]):
        one["what"] = STEPS[one["what"]]() if one["what"] in STEPS else one["what"]
    return found


def _share(traced: Traced, starts: Iterable[Lot]) -> float:
    """Percent of what came in that is known to lie on hand, to be consumed, sent back, or with a customer by name; of several units of measure
    the lowest. What was issued, adjusted, lost on a transfer or sold to nobody by name is not traced, nor is what the user may not see."""
    came: dict[str, int] = {}
    found: dict[str, int] = {}
    for one in traced.balances(starts):
        unit, total = traced.unit(one.lot), sum(one.steps[step] for step in _IN)
        came[unit] = came.get(unit, 0) + total
        found[unit] = found.get(unit, 0) + min(max(_traced(traced, one), 0), total)
    return min((percent_of(found[unit], came[unit]) for unit in came), default=0.0)


def _traced(traced: Traced, one: Balance) -> int:
    if one.lot in traced.withheld_lots:
        return 0
    lost = sum(abs(cause.qty) for cause in one.causes(traced.recorded.get(one.lot)) if cause.kind == RECORD)
    with_customers = -sum(
        moved.qty
        for moved in traced.genealogy.movements.get(one.lot, ())
        if moved.step in (movements.DELIVERED, movements.RETURNED)
        and moved.voucher.party
        and not moved.voucher.is_anonymous
    )
    return (
        one.total_on_hand
        - lost
        + one.steps[movements.CONSUMED]
        + one.steps[movements.SENT_BACK]
        + with_customers
    )


def _row(traced: Traced, one: Balance) -> dict[str, Any]:
    """Received = consumed + on hand + delivered − returned + sent back + issued − adjusted; what its own record says beside it."""
    steps = one.steps
    recorded = None if one.lot in traced.withheld_lots else traced.recorded.get(one.lot)
    elsewhere = steps[movements.MOVED] + steps[movements.OTHERWISE]
    return {
        "lot": lot_name(one.lot),
        "kind": lot_kind(one.lot),
        "item_code": one.lot.item,
        "uom": traced.unit(one.lot),
        "came_in": from_units(sum(steps[step] for step in _IN)),
        "consumed": from_units(steps[movements.CONSUMED]),
        "delivered": from_units(steps[movements.DELIVERED]),
        "returned": from_units(steps[movements.RETURNED]),
        "sent_back": from_units(steps[movements.SENT_BACK]),
        "issued": from_units(steps[movements.ISSUED]),
        "adjusted": from_units(steps[movements.ADJUSTED] + elsewhere),
        "on_hand": from_units(one.total_on_hand),
        "recorded": None if recorded is None else from_units(recorded),
        "difference": None if recorded is None else from_units(one.difference(recorded)),
    }


def _neighbours(traced: Traced, *, upward: bool) -> list[dict[str, Any]]:
    """What lies one step away: components and suppliers up, products and customers down."""
    found = traced.genealogy
    rows = []
    for lot in found.starts:
        for edge in found.edges_up(lot) if upward else found.edges_down(lot):
            other = edge.source if upward else edge.target
            rows.append(
                {
                    "name": lot_name(other), "what": other.item, "uom": traced.unit(other),
                    "qty": from_units(edge.consumed if upward else edge.produced), "document": edge.process[1],
                }
            )  # fmt: skip
        steps = (
            (movements.RECEIVED, movements.SENT_BACK) if upward else (movements.DELIVERED, movements.RETURNED)
        )
        for told in told_of(found.movements.get(lot, ()), frozenset(steps) & frozenset(_PARTIES)):
            voucher = told.first.voucher
            rows.append(
                {
                    "name": traced.title(told.first), "what": told.step, "uom": traced.unit(lot), "qty": from_units(told.qty),
                    "document": "" if voucher.is_anonymous else voucher.key[1],
                }
            )  # fmt: skip
    return rows
