"""What steps, bases and lots are called."""

from __future__ import annotations

from typing import Final

from frappe import _
from frappe.utils import fmt_money

from complaint_qms.engine.trace import AT_MOST, BOTH, DOWN, EXACT, FAMILY, SHARED, UP, Lot, movements

STEPS: Final = {
    movements.RECEIVED: lambda: _("Received"),
    movements.BROUGHT_IN: lambda: _("Brought In"),
    movements.PRODUCED: lambda: _("Produced"),
    movements.CONSUMED: lambda: _("Consumed"),
    movements.DELIVERED: lambda: _("Delivered"),
    movements.RETURNED: lambda: _("Returned by Customer"),
    movements.SENT_BACK: lambda: _("Returned to Supplier"),
    movements.ISSUED: lambda: _("Issued"),
    movements.ADJUSTED: lambda: _("Adjusted"),
    movements.MOVED: lambda: _("Transferred"),
    movements.OTHERWISE: lambda: _("Other"),
}
BASES: Final = {
    EXACT: lambda: _("Exact"),
    SHARED: lambda: _("By Share"),
    AT_MOST: lambda: _("At Most"),
}

WAYS: Final = {
    BOTH: lambda: _("Both Ways"),
    UP: lambda: _("Where It Came From"),
    DOWN: lambda: _("Where It Went"),
    FAMILY: lambda: _("All with the Same Components"),
}


def step_label(step: str) -> str:
    return STEPS[step]()


def lot_kind(lot: Lot) -> str:
    """DocType of the record that a lot is."""
    return "Serial No" if lot.serial else "Batch" if lot.batch else "Item"


def lot_name(lot: Lot) -> str:
    """Name of that record."""
    return lot.serial or lot.batch or lot.item


def quantity_text(qty: float) -> str:
    """A quantity as numbers are written on this site, without places that say nothing."""
    _whole, _point, places = f"{abs(qty):.9f}".rstrip("0").partition(".")
    return fmt_money(qty, precision=len(places))
