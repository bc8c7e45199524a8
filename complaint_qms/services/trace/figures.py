"""Who holds it, what lies where, and whether what came in and what went out agree; as rows, for the report and over the wire."""

from __future__ import annotations

from typing import Any, Final

import frappe
from frappe import _

from complaint_qms.engine.trace import Balance, Lot, balances, from_units, movements
from complaint_qms.integrations.erpnext.customer_contacts import contacts_of
from complaint_qms.services.trace.labels import lot_kind, lot_name, quantity_text, step_label
from complaint_qms.services.trace.tracing import Traced
from complaint_qms.services.trace.tree import pending_note, told_of

MINUS: Final = "\u2212"
_CAME: Final = frozenset((movements.RECEIVED, movements.BROUGHT_IN, movements.PRODUCED))
_GIVES_BACK: Final = frozenset((movements.RETURNED, movements.ADJUSTED, movements.MOVED, movements.OTHERWISE))
_CAUSES: Final = {
    balances.PENDING: lambda: _("{0} {1} were sold at a point of sale and are not consolidated yet."),
    balances.RECORD: lambda: _("The record of the batch or serial number differs from its stock ledger by {0} {1}. Recalculate it in ERPNext, then count the stock."),
    balances.ONE_WAY: lambda: _("Transfers do not add up to nothing ({0} {1}): goods are under way, or a warehouse was left out."),
    balances.OVERDRAWN: lambda: _("{0} {1} in {2}: more left than came there. A receipt is missing or was posted later."),
}  # fmt: skip


def holder_rows(traced: Traced, *, others: bool = False) -> list[dict[str, Any]]:
    """One row for each customer and lot (`indent` 0), its deliveries and returns below. Those who have something come first; the
    contact is told to who may read customers.

    Args:
        others: without the complaint's own customer.
    """
    holdings = traced.holdings(others=others)
    may_read = frappe.has_permission("Customer", "read")
    contacts = contacts_of({one.customer for one in holdings}) if may_read else {}
    rows = []
    for one in holdings:
        mail, telephone = contacts.get(one.customer, ("", ""))
        first = one.deliveries[0]
        is_anonymous = first.voucher.is_anonymous
        rows.append(
            _of_lot(traced, one.lot)
            | {
                "indent": 0,
                "label": traced.title(first),
                "customer": one.customer,
                "delivered": from_units(one.delivered),
                "returned": from_units(one.returned),
                "held": from_units(one.held),
                "deliveries": len({told.voucher.key for told in one.deliveries if told.qty < 0}),
                "date": None if is_anonymous else one.last,
                "email": mail,
                "phone": telephone,
                "note": pending_note(one.deliveries),
            }
        )
        for told in () if is_anonymous else told_of(one.deliveries):
            column = "delivered" if told.step == movements.DELIVERED else "returned"
            doctype, name = told.first.voucher.key
            rows.append(
                {
                    "indent": 1,
                    "label": step_label(told.step),
                    column: from_units(told.qty),
                    "uom": traced.unit(one.lot),
                    "date": told.first.voucher.posted,
                    "document_type": doctype,
                    "document": name,
                    "note": pending_note([told.first]),
                }
            )
    return rows


def stock_rows(traced: Traced) -> list[dict[str, Any]]:
    """Where what was asked about, and what holds it, lies now."""
    return [
        _of_lot(traced, balance.lot) | {"warehouse": warehouse, "on_hand": from_units(qty)}
        for balance in traced.balances(traced.downstream)
        for warehouse, qty in balance.on_hand.items()
    ]


def balance_rows(traced: Traced) -> list[dict[str, Any]]:
    """In and out of every lot that was met, the difference to its own record, and what explains it."""
    return [_balance_row(traced, balance) for balance in traced.balances(traced.lots)]


def reconciled(traced: Traced, balance: Balance) -> dict[str, Any]:
    """In and out of a lot, what its record says, the difference and what explains it, and all of it as one equation."""
    # Beside movements that are missing it would tell what they were.
    is_whole = balance.lot not in traced.withheld_lots
    recorded = traced.recorded.get(balance.lot) if is_whole else None
    difference = 0 if recorded is None else balance.difference(recorded)
    shown = {
        step: from_units(balance.steps[step])
        for step in movements.STEPS
        if step not in (movements.MOVED, movements.OTHERWISE)
    }
    elsewhere = balance.steps[movements.MOVED] + balance.steps[movements.OTHERWISE]
    return shown | {
        "otherwise": from_units(elsewhere),
        "on_hand": from_units(balance.total_on_hand),
        "recorded": None if recorded is None else from_units(recorded),
        "difference": from_units(difference),
        "explanation": _explained(traced, balance, recorded, is_whole),
        "equation": _equation(traced, balance),
    }


def _balance_row(traced: Traced, balance: Balance) -> dict[str, Any]:
    return _of_lot(traced, balance.lot) | reconciled(traced, balance)


def _equation(traced: Traced, balance: Balance) -> str:
    """“Received 100 = Consumed 60 + Delivered 10 + On Hand 30 Kg”: what came in on the left, what became of it on the right."""
    parts: dict[bool, list[str]] = {True: [], False: []}
    for step in movements.STEPS:
        # What came back, or was found, is less gone.
        qty = -balance.steps[step] if step in _GIVES_BACK else balance.steps[step]
        if qty:
            parts[step in _CAME].append(_term(step_label(step), qty))
    parts[False].append(_term(_("On Hand"), balance.total_on_hand))
    came, went = (" ".join(parts[side]).removeprefix("+ ") or "0" for side in (True, False))
    return f"{came} = {went} {_(traced.unit(balance.lot))}".strip()


def _term(label: str, qty: int) -> str:
    return f"{MINUS if qty < 0 else '+'} {label} {quantity_text(from_units(abs(qty)))}"


def _explained(traced: Traced, balance: Balance, recorded: int | None, is_whole: bool) -> str:
    if not is_whole:
        return _("Some movements are not shown to you, so nothing can be compared.")
    unit = _(traced.unit(balance.lot))
    said = []
    for cause in balance.causes(recorded):
        qty = quantity_text(from_units(cause.qty))
        said.append(_CAUSES[cause.kind]().format(qty, unit, cause.warehouse))
    return " ".join(said)


def _of_lot(traced: Traced, lot: Lot) -> dict[str, Any]:
    name, unit = traced.items.get(lot.item, (lot.item, ""))
    return {
        "lot": lot_name(lot),
        "lot_type": lot_kind(lot),
        "item_code": lot.item,
        "item_name": name,
        "uom": unit,
        "holds": traced.held(lot),
    }
