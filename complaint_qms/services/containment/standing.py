"""Which lots are held. Asked by every document that moves stock, so it is one indexed look-up for batches and one for serial numbers.

A document that is being submitted asks with a lock: it passes the door (`doorkeeper`), and reads within its transaction what is true
this moment. Whoever holds meanwhile waits for it, and whoever submits meanwhile waits for the hold; documents do not wait for each
other. It keeps the place as well where a hold of the same lot would be written: locks on places where nothing stands go together.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

import frappe
from frappe.query_builder import Criterion
from pypika.terms import Function

from complaint_qms.constants.containment import HOLD, LOTS
from complaint_qms.engine.trace import Lot
from complaint_qms.integrations.erpnext.batches_and_serials import alike
from complaint_qms.services.containment.doorkeeper import pass_together

INDEXES: Final = {"batch_no": "held_batch", "serial_no": "held_serial"}
"""What is asked by → the index that every look-up is made by, so that no row is locked that it does not ask about."""


class Held(NamedTuple):
    """A row of a hold that is in force."""

    hold: str
    batch: str
    serial: str
    at: datetime
    by: str
    reason: str
    company: str

    @property
    def lot_type(self) -> str:
        return "Serial No" if self.serial else "Batch"

    @property
    def lot_name(self) -> str:
        return self.serial or self.batch


def held_of(lots: Iterable[Lot], *, locked: bool = False) -> dict[Lot, list[Held]]:
    """Lots of these that are held, themselves or with their batch, oldest hold first.

    Args:
        locked: read what is true this moment and let no hold of them in until the transaction ends.
    """
    lots = list(lots)
    batches, serials = {lot.batch for lot in lots} - {""}, {lot.serial for lot in lots} - {""}
    if locked and (batches or serials):
        pass_together()
    by_batch, by_serial = _rows("batch_no", batches, locked), _rows("serial_no", serials, locked)
    if not by_batch and not by_serial:
        return {}
    heads = _heads(
        {row[0] for found in (by_batch, by_serial) for rows in found.values() for row in rows}, locked
    )
    found: dict[Lot, list[Held]] = {}
    for lot in lots:
        # A row with a serial number holds that unit alone, whichever batch it names.
        rows = [row for row in by_batch.get(lot.batch, ()) if not row[2]] + by_serial.get(lot.serial, [])
        held = {
            (row[0], row[1], row[2]): Held(row[0], row[1] or "", row[2] or "", *heads[row[0]])
            for row in rows
            if row[0] in heads
        }
        if held:
            found[lot] = sorted(held.values(), key=lambda one: (one.at, one.hold))
    return found


def add_indexes() -> None:
    """What the look-ups need; made when the table is."""
    for field, name in INDEXES.items():
        frappe.db.add_index(LOTS, [field, "is_held"], index_name=name)


def _rows(field: str, names: set[str], locked: bool) -> dict[str, list[tuple[str, str, str]]]:
    """Name as it was asked → (hold, batch, serial number). The database tells which of the names it has found: it takes É for E, a wide
    letter for a narrow one, and blanks at the end for nothing."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    if not names:
        return found
    asked, spelled = sorted(names), alike(names)
    row = frappe.qb.DocType(LOTS)
    query = (
        frappe.qb.from_(row)
        .force_index(INDEXES[field])
        .select(row.parent, row.batch_no, row.serial_no)
        .select(Function("FIELD", row[field], *asked))
        .where(row[field].isin(asked) & (row.is_held == 1) & _of_holds(row))
    )
    for *held, place in (query.for_update() if locked else query).run():
        for name in spelled[asked[place - 1]]:
            found[name].append(tuple(held))
    return found


def _of_holds(row: object) -> Criterion:
    return row.parenttype == HOLD


def _heads(names: set[str], locked: bool) -> dict[str, tuple[datetime, str, str, str]]:
    hold = frappe.qb.DocType(HOLD)
    query = frappe.qb.from_(hold).select(hold.name, hold.held_at, hold.held_by, hold.reason, hold.company)
    query = query.where(hold.name.isin(sorted(names)))
    return {row[0]: row[1:] for row in (query.for_update() if locked else query).run()}
