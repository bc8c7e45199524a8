"""What the form of a batch or serial number, and a genealogy, tell of holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from complaint_qms.constants.containment import HOLD
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.lots import known_lots
from complaint_qms.services.containment.standing import held_of
from complaint_qms.services.record.bulk_read import readable, values_of


def banner_of(doctype: str, name: str) -> list[dict[str, Any]]:
    """Holds in force of one lot: {hold, since, lot_type, lot}, and {by, reason} for who may read the hold."""
    lot = known_lots(*(([name], ()) if doctype == "Batch" else ((), [name]))).get((doctype, name))
    held = held_of([lot]).get(lot, ()) if lot else ()
    seen = readable(HOLD, {one.hold for one in held})
    people = values_of("User", {one.by for one in held if one.hold in seen}, "full_name")
    return [
        {"hold": one.hold, "since": one.at, "lot_type": one.lot_type, "lot": one.lot_name}
        | ({"by": people.get(one.by) or one.by, "reason": one.reason} if one.hold in seen else {})
        for one in held
    ]


def holds_of(lots: Iterable[Lot]) -> dict[Lot, list[str]]:
    """Lot → names of the holds in force."""
    return {lot: [one.hold for one in held] for lot, held in held_of(lots).items()}
