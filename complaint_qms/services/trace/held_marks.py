"""Lots that are on quality hold, as marks of a genealogy."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from frappe import _

from complaint_qms.constants.containment import HOLD
from complaint_qms.engine.trace import Lot
from complaint_qms.services.containment.banner import holds_of
from complaint_qms.services.record.bulk_read import readable
from complaint_qms.services.trace.marks import Mark

HELD: Final = "held"


def on_hold(lots: Iterable[Lot]) -> dict[Lot, list[Mark]]:
    """Holds in force; that a lot is held is told to everybody, which hold it is to who may read it."""
    holds = holds_of(lot for lot in lots if lot.is_tracked)
    seen = readable(HOLD, {name for names in holds.values() for name in names})
    return {
        lot: [_mark([name for name in names if name in seen], len(names))] for lot, names in holds.items()
    }


def _mark(names: list[str], count: int) -> Mark:
    label = _("On Quality Hold")
    if not names:
        return Mark(HELD, label, count)
    return Mark(HELD, label, count, HOLD, {"name": ["in", names]})
